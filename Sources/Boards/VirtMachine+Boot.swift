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
    reset()
  }

  /// The planner has made sure that every piece lies inside RAM.
  func load(_ boot: LoadedBoot) {
    _ = bootROM.write(boot.rom, at: MemoryMap.bootROM.base)
    for piece in boot.pieces { ram.write(piece.bytes, zeroFill: Int(piece.zeroFill), at: piece.address) }
  }
}

extension GuestMemory {
  /// Copies bytes in and zeroes what follows them.
  fileprivate func write(_ bytes: ArraySlice<UInt8>, zeroFill: Int, at address: UInt32) {
    guard contains(address, count: bytes.count + zeroFill) else { return }
    let target = pointer + Int(address - base)
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { target.copyMemory(from: start, byteCount: source.count) }
    }
    zero(at: address &+ UInt32(truncatingIfNeeded: bytes.count), count: zeroFill)
  }
}
