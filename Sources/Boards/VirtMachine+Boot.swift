import DeviceTree
import GuestImage
import RegisterMaps
import SystemBus

/// What is put into memory at each reset.
struct LoadedBoot {
  var plan: BootPlan
  var deviceTree: [UInt8]
  var rom: [UInt8]
}

extension VirtMachine {
  /// Loads what `plan` says, with the device tree that goes with it, and resets the machine to start it.
  /// - Parameter deviceTree: the flattened tree, complete with boot arguments and initrd.
  public func start(_ plan: BootPlan, deviceTree: [UInt8]) {
    let rom = BootROM(
      entry: plan.resetEntry, deviceTree: plan.deviceTreeAddress ?? 0, nextEntry: plan.kernelEntry,
      nextMode: plan.kernelMode == .supervisor ? 1 : 3)
    boot = LoadedBoot(plan: plan, deviceTree: deviceTree, rom: rom.bytes)
    reset()
  }

  /// The planner has made sure that every piece lies inside RAM.
  func load(_ boot: LoadedBoot) {
    _ = bootROM.write(boot.rom, at: MemoryMap.bootROM.base)
    for piece in boot.plan.pieces { ram.write(piece.bytes, zeroFill: Int(piece.zeroFill), at: piece.address) }
    if let address = boot.plan.deviceTreeAddress { _ = ram.write(boot.deviceTree, at: address) }
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
