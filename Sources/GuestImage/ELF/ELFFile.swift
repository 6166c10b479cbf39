import CLibelf

/// A checked 32-bit little-endian RISC-V ELF executable and its loadable segments
/// (System V gABI, chapters 4 and 5; RISC-V ELF psABI).
///
/// Everything here is true of the file by itself: whether it fits a machine is for `BootPlanner` to say.
public struct ELFFile: Sendable {
  public enum FileType: Sendable {
    /// ET_EXEC: linked at fixed addresses.
    case executable
    /// ET_DYN: position-independent; loaded where it is linked all the same.
    case positionIndependent
  }

  /// A PT_LOAD segment that takes memory.
  public struct Segment: Equatable, Sendable {
    public struct Permissions: OptionSet, Sendable {
      public let rawValue: UInt32
      public init(rawValue: UInt32) { self.rawValue = rawValue }
      public static var execute: Permissions { Permissions(rawValue: 1) }
      public static var write: Permissions { Permissions(rawValue: 2) }
      public static var read: Permissions { Permissions(rawValue: 4) }
    }

    /// Its number among all program headers.
    public let index: Int
    public let physicalAddress: UInt32
    public let virtualAddress: UInt32
    /// The bytes from the file; the rest of `memorySize` is zero.
    public let bytes: ArraySlice<UInt8>
    public let memorySize: UInt32
    public let permissions: Permissions

    public var physicalRange: Range<UInt64> { UInt64(physicalAddress)..<(UInt64(physicalAddress) + UInt64(memorySize)) }
    public var virtualRange: Range<UInt64> { UInt64(virtualAddress)..<(UInt64(virtualAddress) + UInt64(memorySize)) }
    /// Zero bytes after the file's bytes.
    public var zeroFill: UInt32 { memorySize &- UInt32(truncatingIfNeeded: bytes.count) }
  }

  public let type: FileType
  /// e_flags: bit 0 compressed code, bits 1-2 floating-point ABI, bit 3 RVE, bit 4 TSO.
  public let flags: UInt32
  /// e_entry, as the file says it: a virtual address where the segments have their own.
  public let entry: UInt32
  /// In the order of their physical addresses.
  public let segments: [Segment]
  /// The whole file.
  public let bytes: [UInt8]
  let file: String
  /// Bytes at the start of the file that are no program: its headers and the zeroes after them.
  private let headerBytes: Int

  /// Most program headers accepted; linkers write fewer than twenty.
  static let maximumProgramHeaders = 4096

  /// Reads and checks the ELF in `bytes`; `file` names it in messages.
  public init(_ bytes: [UInt8], file: String) throws(ImageError) {
    try Self.checkIdentification(bytes[...], file: file)
    let (header, segments) = try LibELF.open(bytes, file: file) { elf throws(ImageError) in
      let header = try elf.header()
      return (header, try Self.loadableSegments(of: elf, header: header, bytes: bytes[...]))
    }
    type = try Self.fileType(header.e_type, file: file)
    flags = header.e_flags
    entry = UInt32(truncatingIfNeeded: header.e_entry)
    self.segments = segments.sorted { ($0.physicalAddress, $0.index) < ($1.physicalAddress, $1.index) }
    self.bytes = bytes
    self.file = file
    headerBytes = Self.countHeaderBytes(header, bytes: bytes)
    _ = try physicalEntry()
  }

  /// Bytes at the start of `segment` that linkers put there only because they put the file's headers in a segment.
  func headerBytes(in segment: Segment) -> Int {
    segment.bytes.startIndex == 0 ? min(headerBytes, segment.bytes.count) : 0
  }

  private static func countHeaderBytes(_ header: GElf_Ehdr, bytes: [UInt8]) -> Int {
    let headers = header.e_phoff == 52 ? 52 + 32 * Int(header.e_phnum) : 52
    return bytes[headers...].firstIndex { $0 != 0 } ?? bytes.count
  }

  /// The first and the address after the last physical byte of all segments.
  public var physicalExtent: Range<UInt64> {
    let start = segments.first?.physicalRange.lowerBound ?? 0
    return start..<(segments.map(\.physicalRange.upperBound).max() ?? start)
  }

  /// True for an image that runs at other addresses than it is loaded at and counts physical addresses from 0, as
  /// Linux's `vmlinux` does: where in RAM it goes is the loader's choice.
  public var countsPhysicalAddressesFromZero: Bool {
    guard let first = segments.first else { return false }
    return first.physicalAddress == 0 && first.virtualAddress != 0
  }

  /// `entry` as a physical address: translated by the executable segment that holds it as a virtual address, or as it
  /// stands if it lies in one as a physical address.
  public func physicalEntry() throws(ImageError) -> UInt32 {
    let executable = segments.filter { $0.permissions.contains(.execute) }
    let address = UInt64(entry)
    let offset =
      executable.first { $0.virtualRange.contains(address) }.map { $0.physicalAddress &- $0.virtualAddress }
      ?? executable.first { $0.physicalRange.contains(address) }.map { _ in 0 }
    guard let offset else { throw .entryOutsideCode(file: file, entry: entry) }
    guard entry % 2 == 0 else {
      throw .badField(file: file, field: "e_entry", value: hex(entry), expected: "an even address")
    }
    return entry &+ offset
  }
}

extension ELFFile {
  /// e_ident and e_machine from the raw bytes: libelf refuses some of these too, but with fewer words.
  private static func checkIdentification(_ bytes: ArraySlice<UInt8>, file: String) throws(ImageError) {
    func field(_ offset: Int) -> UInt8 { bytes.littleEndian(at: offset, as: UInt8.self) ?? 0 }
    guard bytes.count >= 20 else {
      throw .truncated(file: file, what: "ELF header", size: UInt64(bytes.count), needed: 52)
    }
    let swapped = field(5) == 2
    let machine = swapped ? UInt16(field(18)) << 8 | UInt16(field(19)) : UInt16(field(19)) << 8 | UInt16(field(18))
    guard field(4) == 1 || field(4) == 2 else {
      throw .badField(file: file, field: "e_ident[EI_CLASS]", value: "\(field(4))", expected: "1 (ELFCLASS32)")
    }
    guard field(5) == 1 || swapped else {
      throw .badField(file: file, field: "e_ident[EI_DATA]", value: "\(field(5))", expected: "1 (ELFDATA2LSB)")
    }
    guard machine == EM_RISCV else { throw .wrongMachine(file: file, machine: machine) }
    guard field(4) == 1 else { throw .wrongClass(file: file) }
    guard !swapped else { throw .wrongByteOrder(file: file) }
    guard field(6) == 1 else {
      throw .badField(file: file, field: "e_ident[EI_VERSION]", value: "\(field(6))", expected: "1 (EV_CURRENT)")
    }
    guard bytes.count >= 52 else {
      throw .truncated(file: file, what: "ELF header", size: UInt64(bytes.count), needed: 52)
    }
  }

  private static func fileType(_ type: UInt16, file: String) throws(ImageError) -> FileType {
    switch CInt(type) {
    case ET_EXEC: .executable
    case ET_DYN: .positionIndependent
    default: throw .wrongType(file: file, type: type)
    }
  }

  private static func loadableSegments(
    of elf: LibELF, header: GElf_Ehdr, bytes: ArraySlice<UInt8>
  ) throws(ImageError) -> [Segment] {
    _ = try fileType(header.e_type, file: elf.file)
    let sectionsEnd = header.e_shnum == 0 ? 0 : header.e_shoff + 40 * UInt64(header.e_shnum)
    guard sectionsEnd <= bytes.count else {
      throw .truncated(file: elf.file, what: "section header table", size: UInt64(bytes.count), needed: sectionsEnd)
    }
    func bad(_ field: String, _ value: UInt64, _ expected: String) -> ImageError {
      .badField(file: elf.file, field: field, value: hex(value), expected: expected)
    }
    // Not elf_getphdrnum: elfutils lowers its answer to what a truncated file holds.
    let count = Int(header.e_phnum)
    guard count > 0 else { throw .nothingToLoad(file: elf.file) }
    guard header.e_phentsize == 32 else { throw bad("e_phentsize", UInt64(header.e_phentsize), "32") }
    guard count <= maximumProgramHeaders else {
      throw bad("e_phnum", UInt64(count), "at most \(maximumProgramHeaders) program headers")
    }
    let tableEnd = header.e_phoff + 32 * UInt64(count)
    guard tableEnd <= bytes.count else {
      throw .truncated(file: elf.file, what: "program header table", size: UInt64(bytes.count), needed: tableEnd)
    }
    var segments: [Segment] = []
    for index in 0..<count {
      let program = try elf.programHeader(index)
      if program.p_type == PT_INTERP { throw .needsInterpreter(file: elf.file) }
      guard program.p_type == PT_LOAD, program.p_memsz > 0 || program.p_filesz > 0 else { continue }
      segments.append(try segment(program, index: index, bytes: bytes, file: elf.file))
    }
    guard !segments.isEmpty else { throw .nothingToLoad(file: elf.file) }
    return segments
  }

  private static func segment(
    _ program: GElf_Phdr, index: Int, bytes: ArraySlice<UInt8>, file: String
  ) throws(ImageError) -> Segment {
    func bad(_ field: String, _ value: UInt64, _ expected: String) -> ImageError {
      .badField(file: file, field: "program header \(index): " + field, value: hex(value), expected: expected)
    }
    guard program.p_filesz <= program.p_memsz else {
      throw bad("p_filesz", program.p_filesz, "at most p_memsz, \(hex(program.p_memsz))")
    }
    // 32-bit fields widened to 64 bits by gelf: these sums cannot overflow.
    let addressSpace: UInt64 = 1 << 32
    guard program.p_paddr + program.p_memsz <= addressSpace else {
      throw bad("p_paddr", program.p_paddr, "p_paddr + p_memsz (\(hex(program.p_memsz))) within 4 GiB")
    }
    guard program.p_vaddr + program.p_memsz <= addressSpace else {
      throw bad("p_vaddr", program.p_vaddr, "p_vaddr + p_memsz (\(hex(program.p_memsz))) within 4 GiB")
    }
    guard
      let contents = bytes.slice(
        at: Int(truncatingIfNeeded: program.p_offset), count: Int(truncatingIfNeeded: program.p_filesz))
    else {
      let needed = program.p_offset + program.p_filesz
      throw .truncated(file: file, what: "program header \(index)", size: UInt64(bytes.count), needed: needed)
    }
    return Segment(
      index: index, physicalAddress: UInt32(truncatingIfNeeded: program.p_paddr),
      virtualAddress: UInt32(truncatingIfNeeded: program.p_vaddr), bytes: contents,
      memorySize: UInt32(truncatingIfNeeded: program.p_memsz),
      permissions: Segment.Permissions(rawValue: program.p_flags & 7))
  }
}
