import CLibelf

/// A run of machine code with its address: what a disassembler walks.
public struct CodeRange: Sendable {
  /// The section or segment it comes from, or the file's kind.
  public let name: String
  /// Where its first byte runs: a virtual address, where the image tells virtual from physical.
  public let address: UInt32
  public let bytes: ArraySlice<UInt8>
  /// The parts that hold data, as far as the image marks them, ascending.
  public let data: [Range<UInt64>]

  public var range: Range<UInt64> { UInt64(address)..<(UInt64(address) + UInt64(bytes.count)) }

  init?(name: String, address: UInt64, bytes: ArraySlice<UInt8>, markers: [SymbolTable.Marker] = []) {
    guard !bytes.isEmpty, address + UInt64(bytes.count) <= 1 << 32 else { return nil }
    self.name = name
    self.address = UInt32(truncatingIfNeeded: address)
    self.bytes = bytes
    data = Self.dataRuns(in: address..<(address + UInt64(bytes.count)), markers: markers)
  }

  private static func dataRuns(in range: Range<UInt64>, markers: [SymbolTable.Marker]) -> [Range<UInt64>] {
    var runs: [Range<UInt64>] = []
    var start: UInt64?
    let first = markers.partition { UInt64($0.address) >= range.lowerBound }
    for marker in markers[first...].prefix(while: { UInt64($0.address) < range.upperBound }) {
      if marker.isData {
        start = start ?? UInt64(marker.address)
      } else if let from = start {
        if from < marker.address { runs.append(from..<UInt64(marker.address)) }
        start = nil
      }
    }
    if let start { runs.append(start..<range.upperBound) }
    return runs
  }
}

extension ImageFile {
  /// The image's code: an ELF's executable sections, or its executable segments if it has no section headers; the whole
  /// of any other bootable file.
  /// - Parameters:
  ///   - ramBase: Where RAM starts, for images that are placed relative to it.
  ///   - address: Where a file without addresses of its own is loaded; the start of RAM if `nil`.
  public func codeRanges(ramBase: UInt32, address: UInt32? = nil) throws(ImageError) -> [CodeRange] {
    switch content {
    case .elf(let elf): return try elf.codeRanges()
    case .linuxImage(let header):
      let start = address.map(UInt64.init) ?? UInt64(ramBase) + header.textOffset
      return [CodeRange(name: kind.title, address: start, bytes: bytes)].compactMap { $0 }
    case .other(.raw):
      return [CodeRange(name: kind.title, address: UInt64(address ?? ramBase), bytes: bytes)].compactMap { $0 }
    case .other(let kind): throw .notBootable(file: path, kind: kind)
    }
  }
}

extension ELFFile {
  /// Damaged symbol tables only cost the distinction of data; damaged section headers only the division in sections.
  func codeRanges() throws(ImageError) -> [CodeRange] {
    let markers = (try? symbols())?.markers ?? []
    let sections = (try? executableSections(markers: markers)) ?? []
    guard sections.isEmpty else { return sections }
    return segments.filter { $0.permissions.contains(.execute) }.compactMap { segment in
      CodeRange(
        name: "segment \(segment.index)", address: UInt64(segment.virtualAddress), bytes: segment.bytes,
        markers: markers)
    }
  }

  /// Sections that share bytes of the file with an earlier one are left out: a hostile file could repeat them for ever.
  private func executableSections(markers: [SymbolTable.Marker]) throws(ImageError) -> [CodeRange] {
    try LibELF.open(bytes, file: file) { elf throws(ImageError) in
      let executable = try elf.sections().map(\.header).filter {
        $0.sh_type == SHT_PROGBITS && $0.sh_flags & UInt64(SHF_EXECINSTR) != 0
      }
      var ranges: [CodeRange] = []
      var end: UInt64 = 0
      for header in executable.sorted(by: { $0.sh_offset < $1.sh_offset }) where header.sh_offset >= end {
        let (offset, count) = (Int(truncatingIfNeeded: header.sh_offset), Int(truncatingIfNeeded: header.sh_size))
        guard let contents = bytes[...].slice(at: offset, count: count) else { continue }
        end = header.sh_offset + header.sh_size
        let name = elf.sectionName(header) ?? "section"
        ranges += [CodeRange(name: name, address: header.sh_addr, bytes: contents, markers: markers)].compactMap { $0 }
      }
      return ranges.sorted { $0.address < $1.address }
    }
  }
}
