// What harts tell one another. A record per hart, in memory that the boot hart clears.

import Synchronization

/// Bits of `HartRecord.events`; the doorbell behind them is the CLINT's software interrupt.
enum HartEvent {
  /// Pass a supervisor software interrupt on.
  static var interrupt: UInt32 { 1 }
  /// Leave the stopped state: `startAddress` and `startArgument` are set.
  static var start: UInt32 { 2 }
}

struct HartRecord: ~Copyable {
  /// An `SBIHartState`.
  let state: Atomic<UInt32>
  let events: Atomic<UInt32>
  /// One bit per hart whose `fence` waits to be carried out here.
  let fenceRequesters: Atomic<UInt32>
  /// How many harts have yet to carry out this hart's `fence`.
  let fencesOutstanding: Atomic<UInt32>
  /// The fence that this hart has asked others for.
  var fence: FenceRequest
  var startAddress: UInt32
  var startArgument: UInt32
}

typealias HartPointer = UnsafeMutablePointer<HartRecord>

/// `hart` must be below `Layout.maximumHarts`.
func record(of hart: UInt32) -> HartPointer {
  // SAFETY: start.S reserves a record for each of the harts, and zero bytes are a valid record.
  hart_record_base().assumingMemoryBound(to: HartRecord.self) + Int(hart)
}

/// Interrupts another hart in M-mode. What it shall find in memory must be written before.
func ringDoorbell(of hart: UInt32) {
  fence_all()
  CoreLocalInterruptor.setSoftwareInterrupt(of: hart, true)
}

/// Answers a doorbell: clears it first, so that nothing that arrives meanwhile is lost. Returns the events.
func answerDoorbell(_ hart: UInt32) -> UInt32 {
  CoreLocalInterruptor.setSoftwareInterrupt(of: hart, false)
  fence_all()
  carryOutFences(on: hart)
  return record(of: hart).pointee.events.exchange(0, ordering: .acquiring)
}
