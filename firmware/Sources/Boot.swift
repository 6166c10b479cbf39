// From reset to the payload.

import Synchronization

/// OpenSBI's fw_dynamic structure, with which the board tells in a2 what to start (OpenSBI, fw_dynamic.h, version 2).
private struct DynamicInfo {
  var nextAddress = MemoryMap.payloadBase
  var nextMode: UInt32 = 1
  var bootHart = UInt32.max

  /// Without the structure, the payload is where this board puts it, and the first hart to come boots.
  init(at address: UInt32) {
    guard address & 3 == 0, word(address, 0) == 0x4942_534F, let version = word(address, 1) else { return }
    if let next = word(address, 2) { nextAddress = next }
    if let mode = word(address, 3) { nextMode = mode }
    if version >= 2, let hart = word(address, 5) { bootHart = hart }
  }

  private func word(_ address: UInt32, _ index: UInt32) -> UInt32? {
    var value: UInt32 = 0
    return try_load_word(address &+ index &* 4, &value) != 0 ? value : nil
  }
}

/// Decides, before any memory is cleared, whether this hart boots the machine: the one that the board names, or else
/// the first to ask. Called on every hart.
@c(is_boot_hart)
func isBootHart(_ hart: UInt32, _ info: UInt32) -> Bool {
  let named = DynamicInfo(at: info).bootHart
  return named == .max ? take_boot_ticket() == 0 : named == hart
}

/// The boot hart: finds out about the machine, wakes the other harts, enters the payload.
@c(boot)
func boot(_ hart: UInt32, _ tree: UInt32, _ info: UInt32) -> Never {
  FlattenedDeviceTree(at: tree)?.describe(&machine)
  machine.harts |= 1 &<< hart
  setUpHart(hart)
  for other in 0..<Layout.maximumHarts where machine.has(other) && other != hart {
    record(of: other).pointee.state.store(SBIHartState.stopped.rawValue, ordering: .relaxed)
    ringDoorbell(of: other)
  }
  let next = DynamicInfo(at: info)
  enterPayload(hart, argument: tree, address: next.nextAddress, mode: next.nextMode)
}

/// Every other hart: waits for the boot hart's doorbell, then until S-mode wants it. The boot hart has noted it as stopped,
/// and S-mode may have asked for it by now.
@c(boot_later)
func bootLater(_ hart: UInt32) -> Never {
  write_mie(Interrupt.machineSoftware)
  while read_mip() & Interrupt.machineSoftware == 0 { wait_for_interrupt() }
  fence_all()
  setUpHart(hart)
  waitForStart(hart)
}

/// Gives S-mode everything of this hart that it can handle itself.
private func setUpHart(_ hart: UInt32) {
  openCounters()
  protectFirmware()
  enableExtensions()
  // Everything but calls from S-mode and from M-mode. Where there is no time CSR, RDTIME is to be emulated.
  let illegal: UInt32 = probe_time() != 0 ? 1 << 2 : 0
  write_medeleg(0xB1FB | illegal)
  write_mideleg(Interrupt.supervisor)
  write_mie(Interrupt.machineSoftware)
}

private func openCounters() {
  _ = try_write_mcounteren(.max)
  _ = try_write_scounteren(7)  // cycle, time, instret: Linux expects to find them open
  _ = try_write_mcountinhibit(0)
}

/// PMP: entry 0 keeps S-mode and U-mode out of the firmware, entry 1 gives them all the rest.
private func protectFirmware() {
  _ = try_write_pmpaddr0((MemoryMap.ramBase | (Layout.reservedSize / 2 &- 1)) >> 2)
  _ = try_write_pmpaddr1(.max)
  _ = try_write_pmpcfg0(0x1F18)  // NAPOT without rights; NAPOT with read, write, execute
  fence_addresses()
}

/// menvcfg: cache-block operations, the S-mode timer, page tables' accessed and dirty bits by hardware.
private func enableExtensions() {
  let zeroCleanAndInvalidate: UInt32 = 0xF0
  let supervisorTimer: UInt32 = 1 << 31
  let updatePageTables: UInt32 = 1 << 29
  _ = try_set_menvcfg(zeroCleanAndInvalidate)
  // Some harts let the enable bit be set without having the timer. Nothing is due yet: the deadline is never.
  machine.hasSupervisorTimer =
    try_set_menvcfgh(supervisorTimer | updatePageTables) & supervisorTimer != 0
    && try_write_stimecmp(.max) != 0 && try_write_stimecmph(.max) != 0
}

/// Starts S-mode as the HSM extension has it: no translation, no interrupts, a0 the hart, a1 the argument.
func enterSupervisor(_ hart: UInt32, argument: UInt32, address: UInt32) -> Never {
  enterPayload(hart, argument: argument, address: address, mode: 1)
}

private func enterPayload(_ hart: UInt32, argument: UInt32, address: UInt32, mode: UInt32) -> Never {
  write_satp(0)
  write_stvec(0)
  write_sscratch(0)
  write_mie(read_mie() & Interrupt.machineSoftware)
  fence_addresses()
  fence_instructions()
  let floatingPoint = read_misa() & (1 << 5) != 0 ? Status.floatingPointInitial : 0
  enter_payload(hart, argument, address, floatingPoint | (mode & 3) << 11)
}
