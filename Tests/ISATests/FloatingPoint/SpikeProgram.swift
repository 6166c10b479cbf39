import ISA

/// A bare-metal ELF program that makes Spike carry out every instruction of a list on every row of a table, and write the
/// outcomes to its standard output.
///
/// Spike's host-target interface carries the output: a request in memory (system call 64, `write`), its address stored
/// to `tohost`. Storing 1 to `tohost` ends the run.
struct SpikeProgram {
  /// Bytes of one outcome in the output: the value's low and high word, `fflags`, and one word unused.
  static let outcomeBytes = 16

  private static let base: UInt32 = 0x8000_0000
  private static let codeBytes: UInt32 = 0x1_0000
  private static let rowBytes: UInt32 = 56

  private let instructions: [FloatInstruction]
  private let rows: [FloatOperandRow]
  private var tohost: UInt32 { Self.base + Self.codeBytes }
  private var fromhost: UInt32 { tohost + 64 }
  private var request: UInt32 { tohost + 128 }
  private var table: UInt32 { tohost + 0x1000 }
  private var output: UInt32 { (table + UInt32(rows.count) * Self.rowBytes + 0xFFF) & ~0xFFF }
  private var outputBytes: UInt32 { UInt32(rows.count * instructions.count * Self.outcomeBytes) }

  init(_ instructions: [FloatInstruction], on rows: [FloatOperandRow]) {
    self.instructions = instructions
    self.rows = rows
  }

  /// The ELF file: one loadable segment, and the symbols by which Spike finds its interface.
  var file: [UInt8] {
    let strings = Array("\0.symtab\0.strtab\0tohost\0fromhost\0".utf8)
    let image = memoryImage
    let imageOffset: UInt32 = 0x1000
    let symbolsOffset = imageOffset + UInt32(image.count)
    let stringsOffset = symbolsOffset + 48
    let sectionsOffset = stringsOffset + UInt32(strings.count)
    var elf = Bytes()
    elf.append(words: [0x464C_457F, 0x0001_0101, 0, 0, 0x00F3_0002, 1, Self.base, 52, sectionsOffset, 0])
    elf.append(words: [0x0020_0034, 0x0028_0001, 0x0002_0003])
    elf.append(words: [
      1, imageOffset, Self.base, Self.base, UInt32(image.count), output - Self.base + outputBytes, 7, 0x1000,
    ])
    elf.bytes += [UInt8](repeating: 0, count: Int(imageOffset) - elf.bytes.count)
    elf.bytes += image
    elf.append(words: [0, 0, 0, 0, 17, tohost, 8, 0xFFF1_0010, 24, fromhost, 8, 0xFFF1_0010])
    elf.bytes += strings
    elf.append(words: [UInt32](repeating: 0, count: 10))
    elf.append(words: [1, 2, 0, 0, symbolsOffset, 48, 2, 1, 4, 16])
    elf.append(words: [9, 3, 0, 0, stringsOffset, UInt32(strings.count), 0, 0, 1, 0])
    return elf.bytes
  }

  /// An upper limit to the instructions that a run takes, waiting for the host included.
  var instructionLimit: Int { rows.count * (instructions.count + 1) * 10 + 10_000_000 }

  private var memoryImage: [UInt8] {
    var image = Bytes()
    image.append(words: code)
    image.bytes += [UInt8](repeating: 0, count: Int(request - Self.base) - image.bytes.count)
    image.append(words: [64, 0, 1, 0, output, 0, outputBytes, 0])
    image.bytes += [UInt8](repeating: 0, count: Int(table - Self.base) - image.bytes.count)
    for row in rows {
      for value in row.doubles + row.singles + [row.word] {
        image.append(words: [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)])
      }
    }
    return image.bytes
  }

  /// Registers: x8 the row, x9 the outcome, x18 rows left; f0…f2 doubles, f4…f6 singles, x6 the word; f3 and x7 results.
  private var code: [UInt32] {
    var code: [UInt32] = [0x0000_62B7, 0x3002_A073]  // lui x5, 6; csrs mstatus, x5: switch the unit on
    code += load(8, table) + load(9, output) + load(18, UInt32(rows.count))
    let loop = code.count
    for (register, offset) in zip([0, 1, 2, 4, 5, 6] as [UInt32], stride(from: 0, to: 48, by: 8) as StrideTo<UInt32>) {
      code.append(offset << 20 | 8 << 15 | 3 << 12 | register << 7 | 0x07)  // fld
    }
    code.append(48 << 20 | 8 << 15 | 2 << 12 | 6 << 7 | 0x03)  // lw x6, 48(x8)
    for instruction in instructions {
      code.append(0x0010_5073)  // csrwi fflags, 0
      code.append(instruction.encoding)
      code.append(0x0010_22F3)  // csrr x5, fflags
      if instruction.row.destination == .word {
        code += [store(7, 0), store(0, 4)]
      } else {
        code.append(0x0034_B027)  // fsd f3, 0(x9)
      }
      code += [store(5, 8), 0x0104_8493]  // addi x9, x9, 16
    }
    code += [Self.rowBytes << 20 | 0x0004_0413, 0xFFF9_0913, 0x0009_0463]  // next row; addi x18, -1; beqz x18, +8
    code.append(jump(by: 4 * (loop - code.count)))
    code += load(8, tohost) + load(9, request)
    code += [0x0094_2023, 0x0404_2283, 0xFE02_8EE3]  // sw x9, 0(x8); lw x5, 64(x8); beqz x5, -4
    code += [0x0400_2023 | 8 << 15, 0x0010_0493, 0x0094_2023, 0x0000_006F]  // clear fromhost; sw 1, 0(x8); loop
    return code
  }

  private func load(_ register: UInt32, _ value: UInt32) -> [UInt32] {
    let upper = (value &+ 0x800) & 0xFFFF_F000
    return [upper | register << 7 | 0x37, (value &- upper) << 20 | register << 15 | register << 7 | 0x13]
  }

  private func store(_ register: UInt32, _ offset: UInt32) -> UInt32 {
    register << 20 | 9 << 15 | 2 << 12 | offset << 7 | 0x23
  }

  private func jump(by distance: Int) -> UInt32 {
    let d = UInt32(truncatingIfNeeded: distance)
    return (d & 0x10_0000) << 11 | (d & 0x7FE) << 20 | (d & 0x800) << 9 | d & 0xF_F000 | 0x6F
  }

  private struct Bytes {
    var bytes: [UInt8] = []
    mutating func append(words: [UInt32]) {
      for word in words { for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(word >> shift & 0xFF)) } }
    }
  }
}

extension FloatInstruction {
  /// The instruction with the registers that `SpikeProgram` gives it.
  var encoding: UInt32 {
    let first: UInt32 = row.source == .word ? 6 : sourcePrecision == .single ? 4 : 0
    let destination: UInt32 = row.destination == .word ? 7 : 3
    var word = row.pattern | first << 15 | destination << 7
    if precision == .double { word |= 1 << 25 }
    if operation == .convert && precision == .double { word &= ~(1 << 20) }
    if row.operands > 1 { word |= (first + 1) << 20 }
    if row.operands > 2 { word |= (first + 2) << 27 }
    return row.rounds ? word | UInt32(rounding.rawValue) << 12 : word
  }
}
