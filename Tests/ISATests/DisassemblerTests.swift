import ISA
import Testing

struct DisassemblerTests {
  let decoder = Decoder(configuration: .complete)
  let disassembler = Disassembler()

  @Test func everyOpcodeReadsAsInLLVM() throws {
    guard let objectDump = ObjectDump() else { return }
    var numbers = Numbers(seed: 1)
    var words: [UInt32] = []
    for opcode in Opcode.allCases {
      guard let encoding = opcode.encoding else { continue }
      for _ in 0..<1000 {
        let word = encoding.match | UInt32.random(in: .min ... .max, using: &numbers) & ~encoding.mask
        if !isKnownDifference(word, encoding) { words.append(word) }
      }
    }
    try expectSameText(words, objectDump)
  }

  /// Words a few bits away from legal ones: what LLVM does not know must be illegal, and the other way round.
  @Test func nearMissesReadAsInLLVM() throws {
    guard let objectDump = ObjectDump() else { return }
    var numbers = Numbers(seed: 2)
    let encodings = Opcode.allCases.compactMap(\.encoding)
    var words: [UInt32] = []
    while words.count < 200_000 {
      let encoding = encodings.randomElement(using: &numbers) ?? encodings[0]
      var word = encoding.match | UInt32.random(in: .min ... .max, using: &numbers) & ~encoding.mask
      for _ in 0..<Int.random(in: 1...3, using: &numbers) { word ^= 4 << UInt32.random(in: 0...29, using: &numbers) }
      let decoded = decoder.decode(word).opcode.encoding
      // Bits 4:0 all ones begin instructions of 48 bits and more, which LLVM takes as such.
      if word & 0x1F != 0x1F && !(decoded.map { isKnownDifference(word, $0) } ?? false) { words.append(word) }
    }
    try expectSameText(words, objectDump)
  }

  @Test func everyCompressedWordReadsAsInLLVM() throws {
    guard let objectDump = ObjectDump() else { return }
    let words = (0...UInt16.max).filter { $0 & 3 != 3 }
    try expectSameText(words, objectDump)
  }

  private func expectSameText<Word: FixedWidthInteger & UnsignedInteger>(_ words: [Word], _ objectDump: ObjectDump)
    throws
  {
    let expected = try objectDump.disassemble(words)
    var differences: [String] = []
    for (index, word) in words.enumerated() {
      let bits = UInt32(word)
      let instruction = decoder.decode(bits)
      let ours = disassembler.text(instruction, bits: bits, at: UInt32(index * MemoryLayout<Word>.size))
      let theirs = expected[index]
      let same = instruction.opcode == .illegal ? theirs == "<unknown>" || theirs == "c.unimp" : ours == theirs
      if !same { differences.append("\(String(bits, radix: 16)): ours '\(ours)', theirs '\(theirs)'") }
    }
    let first = Array(differences.prefix(10))
    #expect(first == [], "\(differences.count) of \(words.count) differ")
  }

  /// Where the specification wants more decoded than LLVM prints: fences with reserved fields, rounding modes that are
  /// illegal only when executed, and registers that have names only in extensions we do not have.
  private func isKnownDifference(_ word: UInt32, _ encoding: Encoding) -> Bool {
    switch encoding.format {
    case .fence: word & 0xF00F_8F80 != 0
    case .fenceInstructions: word != encoding.match
    case .csr, .csrImmediate: CSR(rawValue: UInt16(word >> 20)).name == nil
    case .floatFused, .floatRounded, .floatUnaryRounded, .floatToWordRounded, .floatFromWordRounded:
      (5...6).contains(word >> 12 & 7)
    default: false
    }
  }

  @Test(arguments: [
    (0x0000_0013 as UInt32, "addi zero, zero, 0x0"),
    (0xFFC1_0113, "addi sp, sp, -0x4"),
    (0x8000_00B7, "lui ra, 0x80000"),
    (0x00C5_A503, "lw a0, 0xc(a1)"),
    (0x0000_0463, "beq zero, zero, 0x80000008 <start+0x8>"),
    (0xFF5F_F0EF, "jal ra, 0x7ffffff4"),
    (0x3002_D073, "csrrwi zero, mstatus, 0x5"),
    (0x1235_1573, "csrrw a0, 0x123, a0"),
    (0x0E05_2553, ".insn 4, 0xe052553"),
    (0x1A75_6553, "fdiv.d fa0, fa0, ft7, reserved6"),
    (0x0100_000F, "fence w, 0"),
    (0x0000_A001, "c.j 0x80000000 <start>"),
    (0xFFFF_0000, ".insn 2, 0x0"),
  ]) func writes(_ bits: UInt32, _ text: String) {
    let named = Disassembler { address in
      guard address >= 0x8000_0000 else { return nil }
      return address == 0x8000_0000 ? "start" : "start+0x" + String(address - 0x8000_0000, radix: 16)
    }
    #expect(named.text(decoder.decode(bits), bits: bits, at: 0x8000_0000) == text)
  }
}
