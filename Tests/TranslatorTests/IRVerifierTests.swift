import ConformanceKit
import ISA
import Testing
import Translator

@Suite struct IRVerifierTests {
  /// Any instruction of that kind.
  private func instruction(_ opcode: Opcode, _ random: inout RandomSource) -> Instruction {
    // Few registers, so that operands coincide, are known or are x0.
    func register() -> UInt8 { UInt8(random.pick([0, 1, 5, 6, 7, 10, 31])) }
    let immediate = random.pick([0, 1, -1, 4, 31, -2048, 2047, Int32(bitPattern: 0x8000_0000)] as [Int32])
    var instruction = Instruction(
      opcode, rd: register(), rs1: register(), rs2: register(), rs3: register(), function: UInt8(random.below(8)),
      immediate: immediate, length: random.next() & 1 == 0 ? 4 : 2)
    if [.csrrw, .csrrs, .csrrc, .csrrwi, .csrrsi, .csrrci].contains(opcode) { instruction.immediate = 0x300 }
    return instruction
  }

  @Test(arguments: Opcode.allCases) func everyInstructionIsBuiltWell(opcode: Opcode) {
    var random = RandomSource(seed: UInt64(opcode.rawValue))
    for _ in 0..<400 {
      // What is known of registers, and what is in the same block, decides what is built.
      let before = (0..<random.below(6)).map { _ in
        instruction(
          random.pick([.lui, .addi, .add, .lw, .sw, .sub, .mul, .csrrw, .amoaddW, .faddS, .maxu, .slt]), &random)
      }
      let block = before + [instruction(opcode, &random)]
      let complaint = IRVerifier.complaint(aboutBlockOf: block)
      #expect(complaint == nil, "\(block)")
    }
  }

  /// A damage that must be seen in a block of two additions, a store and a jump.
  @Test func damageIsFound() {
    let block = [
      Instruction(.add, rd: 5, rs1: 6, rs2: 7), Instruction(.sub, rd: 10, rs1: 5, rs2: 6),
      Instruction(.sw, rs1: 10, rs2: 5, immediate: 8), Instruction(.jal, rd: 1, immediate: 64),
    ]
    func complaint(_ change: (inout [IRInstruction]) -> Void) -> String? {
      IRVerifier.complaint(aboutBlockOf: block, change: change)
    }
    #expect(complaint { _ in } == nil)
    let damages: [(words: String, change: (inout [IRInstruction]) -> Void)] = [
      ("without instructions", { $0.removeAll() }),
      ("no end of a block", { $0.removeLast() }),
      ("an end in the middle", { $0.insert($0[$0.count - 1], at: 0) }),
      ("first operand", { $0[0].a = IRRegister.none }),
      ("first operand", { $0[0].a = 77 }),
      ("second operand", { $0[1].b = 35 }),
      ("third operand", { $0[0].c = 5 }),
      ("both operands are constants", { ($0[0].a, $0[0].b) = (IRRegister.constant, IRRegister.constant) }),
      ("reads the temporary", { $0[0].a = IRRegister.temporary }),
      ("reads the temporary", { $0[2].a = IRRegister.temporary }),
      ("result cannot go there", { $0[0].destination = 0 }),
      ("result cannot go there", { $0[2].destination = 3 }),
      ("detail means nothing", { $0[0].detail = 1 }),
      ("detail means nothing", { $0[$0.count - 1].detail = 2 }),
      ("of no operation", { $0[2].site = .max }),
      ("before that of the instruction before", { $0.swapAt(0, 1) }),
      ("go on with 0 instructions", { $0[2].site &= 0x1FF_FFFF }),
    ]
    for (index, damage) in damages.enumerated() {
      let found = complaint(damage.change)
      #expect(found?.contains(damage.words) == true, "\(index) \(damage.words): \(found ?? "nothing found")")
    }
  }
}
