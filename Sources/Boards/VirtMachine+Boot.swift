import DeviceTree
import GuestImage
import RegisterMaps
import SystemBus

/// What is put into memory at each reset.
struct LoadedBoot {
  struct Piece {
    var address: UInt32
    var bytes: ArraySlice<UInt8>
    /// Zero bytes after `bytes`.
    var zeroFill: UInt32
  }

  /// Most pieces: an ELF's segments, and some more files.
  static let pieceLimit = 65_536

  /// For RAM: the images and the device tree.
  var pieces: [Piece]
  /// For the boot ROM.
  var rom: [UInt8]
}

extension VirtMachine {
  /// Boots `images`: plans where everything goes, loads it, and resets the machine to start it.
  public func start(_ images: BootImages) throws(ImageError) {
    let plan = try images.plan(for: self)
    hostInterface = images.hostInterface(under: plan)
    start(plan, deviceTree: images.deviceTree(for: self, under: plan.firmware, initrd: plan.initrdRange))
  }

  /// Loads what `plan` says, with the device tree that goes with it, and resets the machine to start it.
  /// - Parameter deviceTree: the flattened tree, complete with boot arguments and initrd.
  public func start(_ plan: BootPlan, deviceTree: [UInt8]) {
    let rom = BootROM(
      entry: plan.resetEntry, deviceTree: plan.deviceTreeAddress ?? 0, nextEntry: plan.kernelEntry,
      nextMode: plan.kernelMode == .supervisor ? 1 : 3)
    var pieces = plan.pieces.map { LoadedBoot.Piece(address: $0.address, bytes: $0.bytes, zeroFill: $0.zeroFill) }
    if let address = plan.deviceTreeAddress {
      pieces.append(.init(address: address, bytes: deviceTree[...], zeroFill: 0))
    }
    boot = LoadedBoot(pieces: pieces, rom: rom.bytes)
    traceHash?.clear()
    reset()
  }

  /// Bytes that are loaded at once before the caller may look at other things: some 30 µs of the host's time.
  private static let loadStep = 128 << 10

  /// Loads the next part of what is to be loaded after a reset; how many bytes that was, or nil if there is no more.
  func loadNext() -> Int? {
    guard let boot, loadPosition < boot.pieces.count else { return nil }
    let piece = boot.pieces[loadPosition]
    let address = piece.address &+ UInt32(truncatingIfNeeded: loadOffset)
    let total = piece.bytes.count + Int(piece.zeroFill)
    let part = piece.bytes.dropFirst(loadOffset).prefix(Self.loadStep)
    // Zeros to a page's end: a page of them that is written in two parts would have to be there.
    let count = part.isEmpty ? min(total - loadOffset, Self.loadStep - Int(address & 4095)) : part.count
    if part.isEmpty { ram.zero(at: address, count: count) } else { _ = ram.write(part, at: address) }
    loadOffset += count
    if loadOffset >= total { (loadPosition, loadOffset) = (loadPosition + 1, 0) }
    return count
  }

  /// Begins to load the images again. The planner has made sure that every piece lies inside RAM.
  func beginLoading() {
    (loadPosition, loadOffset) = (0, 0)
    if let boot { _ = bootROM.write(boot.rom, at: MemoryMap.bootROM.base) }
  }

  func finishLoading() { while loadNext() != nil {} }
}
