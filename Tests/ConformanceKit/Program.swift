/// Where the parts of a generated program lie. Everything fits in 32 MiB of RAM at 0x80000000.
public enum Layout {
  public static let code: UInt32 = 0x8000_0000
  /// Where S mode and U mode see the same code when Sv32 is on: an alias for U of the 4 MiB at `code`.
  public static let userAlias: UInt32 = 0x4000_0000
  /// Registers that the machine-mode handler saves, the pass counter, and the supervisor handler's own area.
  public static let machineSave: UInt32 = 0x8030_0000
  public static let passCounter: UInt32 = 0x8030_0040
  public static let supervisorSave: UInt32 = 0x8030_0080
  public static let toHost: UInt32 = 0x8031_0000
  /// Operands, and what loads and stores work on.
  public static let data: UInt32 = 0x8040_0000
  public static let dataSize = 0x1_0000
  public static let pageTables: UInt32 = 0x8050_0000
  /// Target of the 4 MiB pages.
  public static let superpage: UInt32 = 0x8080_0000
  public static let memorySize: UInt32 = 0x0200_0000
}

/// A whole bare-metal program.
public struct Program: Sendable {
  public struct Segment: Sendable {
    public var address: UInt32
    public var bytes: [UInt8]
  }

  public var entry: UInt32
  public var segments: [Segment]
  /// Address of the store that ends the program by writing 1 to `Layout.toHost`. A trace is compared up to it.
  public var endPC: UInt32
  /// Address at which the machine-mode handler reads `mcause`, for counting traps in a trace.
  public var causePC: UInt32

  /// The program as an ELF32 RISC-V executable with the symbols `_start`, `tohost` and `fromhost`.
  public var elf: [UInt8] {
    var writer = ELFWriter()
    return writer.write(self, symbols: [("_start", entry), ("tohost", Layout.toHost), ("fromhost", Layout.toHost + 8)])
  }
}

/// Just enough of an ELF writer: a file header, one PT_LOAD for each segment, and a symbol table, in which Spike
/// looks for `tohost` and `fromhost`.
private struct ELFWriter {
  private var bytes: [UInt8] = []

  private mutating func put(_ words: UInt32...) {
    for word in words {
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(word >> UInt32(shift) & 0xFF))
      }
    }
  }

  private mutating func put(halves: UInt16...) {
    for half in halves { bytes += [UInt8(half & 0xFF), UInt8(half >> 8)] }
  }

  mutating func write(_ program: Program, symbols: [(String, UInt32)]) -> [UInt8] {
    var names: [UInt8] = [0]
    var table: [UInt32] = [0, 0, 0, 0]
    for (name, value) in symbols {
      // Global, absolute, no type.
      table += [UInt32(names.count), value, 0, 0xFFF1_0010]
      names += Array(name.utf8) + [0]
    }
    let sectionNames: [UInt8] = Array("\0.symtab\0.strtab\0.shstrtab\0".utf8)

    var offset: UInt32 = 52 + 32 * UInt32(program.segments.count)
    var headers: [[UInt32]] = []
    for segment in program.segments {
      let size = UInt32(segment.bytes.count)
      headers.append([1, offset, segment.address, segment.address, size, size, 7, 4])
      offset += size
    }
    let symbolOffset = offset
    let nameOffset = symbolOffset + UInt32(table.count * 4)
    let sectionNameOffset = nameOffset + UInt32(names.count)
    let sectionOffset = (sectionNameOffset + UInt32(sectionNames.count) + 3) & ~3

    bytes = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    put(halves: 2, 243)
    put(1, program.entry, 52, sectionOffset, 0)
    put(halves: 52, 32, UInt16(headers.count), 40, 4, 3)
    for header in headers { for word in header { put(word) } }
    for segment in program.segments { bytes += segment.bytes }
    for word in table { put(word) }
    bytes += names + sectionNames
    while bytes.count < Int(sectionOffset) { bytes.append(0) }
    put(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    put(1, 2, 0, 0, symbolOffset, UInt32(table.count * 4), 2, 1, 4, 16)
    put(9, 3, 0, 0, nameOffset, UInt32(names.count), 0, 0, 1, 0)
    put(17, 3, 0, 0, sectionNameOffset, UInt32(sectionNames.count), 0, 0, 1, 0)
    return bytes
  }
}
