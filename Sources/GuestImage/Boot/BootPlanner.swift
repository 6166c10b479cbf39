/// Decides where everything that a guest starts with goes in RAM.
public enum BootPlanner {
  /// The longest command line that RISC-V Linux takes (COMMAND_LINE_SIZE), its final zero included.
  public static var maximumArguments: Int { 1024 }

  /// Bytes kept free after the device tree for a firmware that adds nodes to it in place, as OpenSBI does.
  static var deviceTreeSlack: UInt64 { 16 << 10 }

  /// Plans the boot, or says what does not fit, as one error.
  public static func plan(_ request: BootRequest) throws(ImageError) -> BootPlan {
    try check(arguments: request.arguments)
    let kernel = try PlacedImage(kernel: request.kernel, ram: request.ram)
    let firmware = try placeFirmware(request, kernel: kernel)
    var memory = MemoryPlan(ram: request.ram.range)
    for reservation in request.ram.reservations { try memory.claim(reservation.range, name: reservation.name) }
    for piece in firmware.image?.pieces ?? [] { try memory.claim(piece.range, name: piece.name) }
    for piece in kernel.pieces {
      if let other = firmware.image?.pieces.first(where: { $0.range.overlaps(piece.range) }) {
        throw .overlapsFirmware(name: piece.name, range: piece.range, firmware: other.range)
      }
      try memory.claim(piece.range, name: piece.name)
    }
    var pieces = (firmware.image?.pieces ?? []) + kernel.pieces
    for additional in request.additional {
      let placed = try PlacedImage(additional: additional, ram: request.ram)
      for piece in placed.pieces { try memory.claim(piece.range, name: piece.name) }
      pieces += placed.pieces
    }
    let deviceTree = try placeDeviceTree(
      request.deviceTreeSize, slack: firmware.image == nil ? 0 : deviceTreeSlack, after: kernel.extent, in: &memory)
    let initrd = try request.initrd.map { file throws(ImageError) in
      try place(initrd: file, kernel: kernel, in: &memory)
    }
    if let initrd { pieces.append(initrd) }
    return BootPlan(
      pieces: pieces.sorted { $0.address < $1.address }, firmware: firmware.kind,
      resetEntry: firmware.image?.entry ?? kernel.entry, kernelEntry: kernel.entry,
      kernelMode: firmware.image == nil ? .machine : .supervisor, kernelRange: kernel.extent,
      initrdRange: initrd?.range, deviceTreeAddress: deviceTree, arguments: request.arguments)
  }

  private static func check(arguments: String) throws(ImageError) {
    if arguments.utf8.contains(0) { throw .badArguments(reason: "hold a zero byte; give text") }
    if arguments.utf8.count >= maximumArguments {
      throw .badArguments(
        reason: "are \(arguments.utf8.count) bytes long; Linux takes at most \(maximumArguments - 1)")
    }
  }

  private static func placeFirmware(
    _ request: BootRequest, kernel: PlacedImage
  ) throws(ImageError) -> (kind: BootPlan.Firmware, image: PlacedImage?) {
    switch request.firmware {
    case .automatic where kernel.extent.lowerBound == request.ram.range.lowerBound: (.none, nil)
    case .none: (.none, nil)
    case .automatic, .builtin: (.builtin, try PlacedImage(builtin: request.builtinFirmware, ram: request.ram))
    case .file(let file): (.file(file.path), try PlacedImage(firmware: file, ram: request.ram))
    }
  }

  /// As high as possible below 3 GiB and the end of RAM, on a 2 MiB boundary like QEMU's; on a smaller one, then below
  /// the kernel, where RAM is small or full.
  private static func placeDeviceTree(
    _ size: UInt64, slack: UInt64, after kernel: Range<UInt64>, in memory: inout MemoryPlan
  ) throws(ImageError) -> UInt32? {
    guard size > 0 else { return nil }
    let top = min(memory.ram.upperBound, 3 << 30)
    let name = "the device tree"
    let needed = min(size, 1 << 32) + slack
    for lowest in [kernel.upperBound, memory.ram.lowerBound] where lowest < top {
      for alignment in [2 << 20, 4096, 8] as [UInt64] {
        if let address = memory.highest(needed, alignment: alignment, in: lowest..<top) {
          try memory.claim(address..<(address + needed), name: name)
          return UInt32(truncatingIfNeeded: address)
        }
      }
    }
    throw .doesNotFit(
      name: name, size: needed, largestGap: memory.largestGap(in: memory.ram), ram: memory.ram)
  }

  /// Half of RAM or 128 MiB after the kernel's start, whichever is less, as QEMU has it, so that a kernel has room to
  /// grow into; where that is taken, as high as possible above the kernel.
  private static func place(
    initrd file: ImageFile, kernel: PlacedImage, in memory: inout MemoryPlan
  ) throws(ImageError) -> BootPlan.Piece {
    let page: UInt64 = 4096
    let size = UInt64(file.bytes.count)
    let ram = memory.ram
    let half = (ram.upperBound - ram.lowerBound) / 2
    let preferred = (kernel.extent.lowerBound + min(half, 128 << 20) + page - 1) & ~(page - 1)
    let window = min(kernel.extent.upperBound, ram.upperBound)..<ram.upperBound
    let address: UInt64
    if preferred >= window.lowerBound, memory.isFree(preferred..<(preferred + size)) {
      address = preferred
    } else if let highest = memory.highest(size, alignment: page, in: window) {
      address = highest
    } else {
      throw .doesNotFit(
        name: "\(file.path): initrd", size: size, largestGap: memory.largestGap(in: window), ram: ram)
    }
    let piece = BootPlan.Piece(
      address: UInt32(truncatingIfNeeded: address), bytes: file.bytes, zeroFill: 0, name: "\(file.path): initrd")
    try memory.claim(piece.range, name: piece.name)
    return piece
  }
}
