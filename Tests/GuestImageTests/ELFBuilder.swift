/// Writes little ELF files, right or wrong, field by field.
struct ELFBuilder {
  struct Segment {
    var type: UInt32 = 1
    var physical: UInt32 = 0x8000_0000
    var virtual: UInt32?
    var contents: [UInt8] = [0x13, 0, 0, 0, 0x6F, 0xF0, 0xDF, 0xFF]
    var memorySize: UInt32?
    var flags: UInt32 = 5
    /// Overrides p_offset and p_filesz.
    var offset: UInt32?
    var fileSize: UInt32?
  }

  struct Symbol {
    var name: String
    var value: UInt32
    var size: UInt32 = 0
    /// Function 2, object 1, no type 0, section 3, file 4.
    var type: UInt8 = 2
    var isGlobal = true
    /// Section index; 0xFFF1 is absolute, 0 undefined.
    var section: UInt16 = 1
  }

  struct Section {
    var name: String
    var type: UInt32
    var flags: UInt32 = 0
    var address: UInt32 = 0
    var contents: [UInt8]
    var link: UInt32 = 0
    var entrySize: UInt32 = 0
    /// Overrides sh_offset and sh_size.
    var offset: UInt32?
    var size: UInt32?
  }

  var elfClass: UInt8 = 1
  var encoding: UInt8 = 1
  var version: UInt8 = 1
  var type: UInt16 = 2
  var machine: UInt16 = 243
  var entry: UInt32 = 0x8000_0000
  var flags: UInt32 = 0
  var programHeaderSize: UInt16 = 32
  /// Overrides e_phoff, e_phnum, e_shoff and e_shnum.
  var programHeaderOffset: UInt32?
  var programHeaderCount: UInt16?
  var sectionHeaderOffset: UInt32?
  var sectionHeaderCount: UInt16?
  var segments = [Segment()]
  var sections: [Section] = []
  var symbols: [Symbol] = []
  var attributes: [UInt8] = []
  /// Overrides the string table and the size of a symbol.
  var strings: [UInt8]?
  var symbolEntrySize: UInt32 = 16

  /// Like what a linker makes of a small program: code, data with zeroes, symbols, attributes.
  static var typical: ELFBuilder {
    var elf = ELFBuilder()
    elf.flags = 5
    elf.segments.append(
      Segment(physical: 0x8000_1000, contents: [1, 2, 3, 4], memorySize: 0x100, flags: 6))
    elf.sections = [
      Section(
        name: ".text", type: 1, flags: 6, address: 0x8000_0000, contents: [], offset: 52 + 64, size: 8)
    ]
    elf.symbols = [
      Symbol(name: "_start", value: 0x8000_0000, size: 8),
      Symbol(name: "counter", value: 0x8000_1000, size: 4, type: 1),
      Symbol(name: "$d", value: 0x8000_0004, type: 0, isGlobal: false),
    ]
    elf.attributes = Self.attributesSection("rv32i2p1_m2p0", stackAlignment: 16)
    return elf
  }

  static func attributesSection(_ architecture: String, stackAlignment: UInt8) -> [UInt8] {
    let pairs = [4, stackAlignment, 5] + Array(architecture.utf8) + [0]
    let file = [1] + little(UInt32(pairs.count + 5)) + pairs
    let vendor = Array("riscv".utf8) + [0] + file
    return Array("A".utf8) + little(UInt32(vendor.count + 4)) + vendor
  }

  static func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  /// The file: header, program headers, segments' contents, sections' contents, section headers.
  var bytes: [UInt8] {
    var body: [UInt8] = []
    let bodyStart = UInt32(52 + 32 * segments.count)
    var programHeaders: [UInt8] = []
    for segment in segments {
      let count = UInt32(segment.contents.count)
      let fields: [UInt32] = [
        segment.type, segment.offset ?? bodyStart + UInt32(body.count), segment.virtual ?? segment.physical,
        segment.physical, segment.fileSize ?? count, segment.memorySize ?? count, segment.flags, 4,
      ]
      programHeaders += fields.flatMap(Self.little)
      body += segment.contents
    }
    let sections = allSections
    var names: [UInt8] = []
    var sectionHeaders: [UInt8] = []
    for section in sections {
      let isNames = section.name == ".shstrtab"
      let nameOffset = UInt32(names.count)
      names += Array(section.name.utf8) + [0]
      let contents = isNames ? names : section.contents
      let fields: [UInt32] = [
        nameOffset, section.type, section.flags, section.address, section.offset ?? bodyStart + UInt32(body.count),
        section.size ?? UInt32(contents.count), section.link, 0, 1, section.entrySize,
      ]
      sectionHeaders += fields.flatMap(Self.little)
      body += contents
    }
    let hasSections = sections.count > 1
    var header: [UInt8] = [0x7F] + Array("ELF".utf8) + [elfClass, encoding, version] + Array(repeating: 0, count: 9)
    header += Self.little(type) + Self.little(machine)
    header += [1, entry, programHeaderOffset ?? 52].flatMap(Self.little)
    header += Self.little(sectionHeaderOffset ?? (hasSections ? bodyStart + UInt32(body.count) : 0))
    header += Self.little(flags)
    let counts: [UInt16] = [
      52, programHeaderSize, programHeaderCount ?? UInt16(segments.count), 40,
      sectionHeaderCount ?? (hasSections ? UInt16(sections.count) : 0), hasSections ? UInt16(sections.count - 1) : 0,
    ]
    header += counts.flatMap(Self.little)
    return header + programHeaders + body + (hasSections ? sectionHeaders : [])
  }

  /// The reserved section, the given ones, symbols, their strings and attributes if there are any, and the names.
  private var allSections: [Section] {
    var all = [Section(name: "", type: 0, contents: [], offset: 0, size: 0)] + sections
    if !symbols.isEmpty {
      var names: [UInt8] = [0]
      var table = [UInt8](repeating: 0, count: 16)
      for symbol in symbols {
        table += [UInt32(names.count), symbol.value, symbol.size].flatMap(Self.little)
        table += [(symbol.isGlobal ? 0x10 : 0) | symbol.type, 0] + Self.little(symbol.section)
        names += Array(symbol.name.utf8) + [0]
      }
      all.append(
        Section(
          name: ".symtab", type: 2, contents: table, link: UInt32(all.count + 1), entrySize: symbolEntrySize))
      all.append(Section(name: ".strtab", type: 3, contents: strings ?? names))
    }
    if !attributes.isEmpty {
      all.append(Section(name: ".riscv.attributes", type: 0x7000_0003, contents: attributes))
    }
    if all.count > 1 { all.append(Section(name: ".shstrtab", type: 3, contents: [])) }
    return all
  }
}
