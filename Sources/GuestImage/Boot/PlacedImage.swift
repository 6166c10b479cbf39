/// An image whose pieces have got their physical addresses.
struct PlacedImage {
  let pieces: [BootPlan.Piece]
  let entry: UInt32

  /// From the first piece's start to the last one's end.
  var extent: Range<UInt64> {
    let start = pieces.map(\.range.lowerBound).min() ?? 0
    return start..<(pieces.map(\.range.upperBound).max() ?? start)
  }

  /// The kernel: an ELF at its physical addresses, or at the payload address if it counts them from 0; a Linux `Image`
  /// as far into RAM as its header asks; a raw binary at the start of RAM. `address` overrides the last two.
  init(kernel: ImageAtAddress, ram: GuestRAM) throws(ImageError) {
    let file = kernel.image
    let base = ram.range.lowerBound
    switch file.content {
    case .elf(let elf):
      if let address = kernel.address { throw .addressNotAllowed(file: file.path, address: address) }
      let shift = elf.countsPhysicalAddressesFromZero ? base + ram.payloadOffset : 0
      try self.init(elf: elf, file: file.path, shift: shift, ram: ram.range)
    case .linuxImage(let header):
      let address = kernel.address.map(UInt64.init) ?? base + header.textOffset
      if !header.runsInMachineMode, address % LinuxImageHeader.alignment != 0 {
        throw .misplacedKernel(file: file.path, address: UInt32(truncatingIfNeeded: address))
      }
      let zeroFill = header.zeroFill(after: file.bytes.count)
      try self.init(
        bytes: file.bytes, zeroFill: zeroFill, at: address, name: "\(file.path): Linux Image", ram: ram.range)
    case .other(.raw):
      let address = kernel.address.map(UInt64.init) ?? base
      try self.init(bytes: file.bytes, zeroFill: 0, at: address, name: file.path, ram: ram.range)
    case .other(let kind):
      guard kind == .text, let address = kernel.address else { throw .notBootable(file: file.path, kind: kind) }
      try self.init(bytes: file.bytes, zeroFill: 0, at: UInt64(address), name: file.path, ram: ram.range)
    }
  }

  /// A firmware file: an ELF at its own addresses or a raw binary at the start of RAM.
  init(firmware file: ImageFile, ram: GuestRAM) throws(ImageError) {
    switch file.content {
    case .elf(let elf): try self.init(elf: elf, file: file.path, shift: 0, ram: ram.range)
    case .other(.raw):
      try self.init(bytes: file.bytes, zeroFill: 0, at: ram.range.lowerBound, name: file.path, ram: ram.range)
    case .other(let kind): throw .notBootable(file: file.path, kind: kind)
    case .linuxImage: throw .notFirmware(file: file.path)
    }
  }

  /// The built-in firmware, at the start of RAM.
  init(builtin firmware: BuiltinFirmware, ram: GuestRAM) throws(ImageError) {
    let count = UInt64(firmware.bytes.count)
    try self.init(
      bytes: firmware.bytes[...], zeroFill: max(firmware.memorySize, count) - count, at: ram.range.lowerBound,
      name: "the built-in firmware", ram: ram.range)
  }

  /// An additional image: any bytes at `address`, or an ELF at its own addresses.
  init(additional: ImageAtAddress, ram: GuestRAM) throws(ImageError) {
    let file = additional.image
    if let address = additional.address {
      try self.init(bytes: file.bytes, zeroFill: 0, at: UInt64(address), name: file.path, ram: ram.range)
    } else if case .elf(let elf) = file.content {
      try self.init(elf: elf, file: file.path, shift: 0, ram: ram.range)
    } else {
      throw .addressMissing(file: file.path, kind: file.kind)
    }
  }

  /// - Parameter shift: What is added to every physical address.
  private init(elf: ELFFile, file: String, shift: UInt64, ram: Range<UInt64>) throws(ImageError) {
    let loaded = try elf.segments.map { segment throws(ImageError) in
      try Self.piece(segment, of: elf, file: file, shift: shift, ram: ram)
    }
    pieces = loaded.compactMap { $0 }
    let entry = try elf.physicalEntry() &+ UInt32(truncatingIfNeeded: shift)
    guard pieces.contains(where: { $0.range.contains(UInt64(entry)) }) else {
      throw .entryOutsideCode(file: file, entry: elf.entry)
    }
    self.entry = entry
  }

  /// Drops what lies below RAM of the ELF's own headers: linkers given only `-Ttext` put them in front of the text.
  private static func piece(
    _ segment: ELFFile.Segment, of elf: ELFFile, file: String, shift: UInt64, ram: Range<UInt64>
  ) throws(ImageError) -> BootPlan.Piece? {
    let address = UInt64(segment.physicalAddress) + shift
    let below = ram.lowerBound > address ? Int(ram.lowerBound - address) : 0
    let dropped = min(below, elf.headerBytes(in: segment))
    guard dropped < segment.memorySize else { return nil }
    return try BootPlan.Piece(
      at: address + UInt64(dropped), bytes: segment.bytes.dropFirst(dropped), zeroFill: UInt64(segment.zeroFill),
      name: "\(file): segment \(segment.index)", ram: ram)
  }

  private init(
    bytes: ArraySlice<UInt8>, zeroFill: UInt64, at address: UInt64, name: String, ram: Range<UInt64>
  ) throws(ImageError) {
    pieces = [try BootPlan.Piece(at: address, bytes: bytes, zeroFill: zeroFill, name: name, ram: ram)]
    entry = UInt32(truncatingIfNeeded: address)
  }
}

extension BootPlan.Piece {
  /// Checks that the piece lies inside RAM: with that, its addresses fit in 32 bits.
  fileprivate init(
    at address: UInt64, bytes: ArraySlice<UInt8>, zeroFill: UInt64, name: String, ram: Range<UInt64>
  ) throws(ImageError) {
    // Every term is below some GiB: headers with more were refused.
    let end = address + UInt64(bytes.count) + zeroFill
    guard address >= ram.lowerBound, end <= ram.upperBound else {
      throw .outsideRAM(name: name, range: address..<end, ram: ram)
    }
    self.init(
      address: UInt32(truncatingIfNeeded: address), bytes: bytes, zeroFill: UInt32(truncatingIfNeeded: zeroFill),
      name: name)
  }
}
