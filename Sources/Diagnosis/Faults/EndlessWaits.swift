import HartEngine
import ISA
import RegisterMaps
import SystemBus

// Harts that wait for an interrupt which does not come.

extension Examiner {
  /// Whether bytes that arrive at the console, or another device, can end a hart's wait.
  func canBeWokenByDevice(_ hart: Hart) -> Bool {
    let bits = csr(.mie, of: hart) & ownInterrupts(of: hart) & Interrupts.external
    guard bits != 0 else { return false }
    return !deliverableSources(to: hart, in: hart.mode).isEmpty
  }

  /// Whether something that is set up can end a hart's wait. What other harts may send is not counted.
  func canBeWoken(_ hart: Hart) -> Bool {
    let enabled = csr(.mie, of: hart) & ownInterrupts(of: hart)
    return !isParked(hart) && (canBeWokenByDevice(hart) || isTimerComing(hart, enabled))
  }

  func findEndlessWait(_ hart: Hart) -> [Finding] {
    guard waits(hart), !isParked(hart) else { return [] }
    let own = ownInterrupts(of: hart)
    let enabled = csr(.mie, of: hart) & own
    let pending = csr(.mip, of: hart) & own
    let register = hart.mode == .machine ? "mie" : "sie"
    let place = "\(name(hart)) waits at \(symbols.place(hart.pc))"
    if canBeWoken(hart) { return [] }
    if pending & ~enabled != 0 {
      let names = Interrupts.numbers(pending & ~enabled)
      return [
        Finding(
          .pendingMasked, .certain,
          "\(place) while the \(list(names.map(Interrupts.name))) interrupt is pending but masked: "
            + "\(list(names.map { "\(register).\(Interrupts.enableBit($0))" })) is 0",
          seen: ["\(register) is \(hexadecimal(enabled)), pending are \(Interrupts.names(pending))."],
          usually: "wfi only ends for interrupts that are enabled in \(register). Set the bit before waiting.")
      ]
    }
    if enabled == 0 {
      return [
        Finding(
          .nothingEnabled, .certain, "\(place) with nothing enabled: \(register) is 0",
          seen: ["No interrupt can end a wfi that \(register) does not enable."],
          usually: "Enable the interrupts to wait for in \(register) (STIE, SEIE, …). A panic that ends in wfi looks "
            + "like this too.")
      ]
    }
    let isTimerSet = deadline(of: hart, enabled) != .max
    if enabled & Interrupts.external != 0, !isTimerSet { return [explainExternal(hart, enabled, place)] }
    if enabled & Interrupts.timer != 0 { return [explainTimer(hart, enabled, place)] }
    return [
      Finding(
        .nothingEnabled, .likely, "\(place) for a \(Interrupts.names(enabled)) interrupt, which no hart sends",
        usually: "Another hart was to send it, and waits itself or was never started.")
    ]
  }

  // MARK: Timers

  /// Longer than anybody waits on purpose: a day.
  private static let far: Ticks = 86_400 * ticksPerSecond

  /// When the timer that a hart listens to is due, in its own time; the largest number for never.
  private func deadline(of hart: Hart, _ enabled: UInt32) -> Ticks {
    guard enabled & Interrupts.timer != 0 else { return .max }
    if hart.mode != .machine, let low = hart.value(of: .stimecmp), let high = hart.value(of: .stimecmph),
      csr(.menvcfgh, of: hart) >> 31 != 0
    {
      return UInt64(high) << 32 | UInt64(low)
    }
    return machine.clint.timeCompare(of: hart.id)
  }

  private func isTimerComing(_ hart: Hart, _ enabled: UInt32) -> Bool {
    let due = deadline(of: hart, enabled)
    let now = machine.clint.time
    guard due != .max, enabled & Interrupts.timer != 0 else { return false }
    // A firmware's own timer interrupt must be enabled for S-mode to hear of it.
    if due <= now { return false }
    return due - now < Self.far
  }

  private func explainTimer(_ hart: Hart, _ enabled: UInt32, _ place: String) -> Finding {
    let due = deadline(of: hart, enabled)
    let register = hart.mode == .machine ? "mtimecmp" : "stimecmp"
    if due == .max {
      return Finding(
        .timerNotSet, .certain, "\(place) for a timer that was never armed", seen: ["No timer is set."],
        usually:
          "Set the next tick before waiting, and again at each tick: sbi_set_timer, stimecmp (Sstc), or mtimecmp "
          + "in M-mode.")
    }
    let now = machine.clint.time
    let days = due > now ? (due - now) / (86_400 * ticksPerSecond) : 0
    return Finding(
      .timerFar, .certain, "\(place) for a timer that is set \(grouped(days)) days ahead",
      seen: ["\(register) is \(hexadecimal(due)), the time is \(hexadecimal(now))."],
      usually:
        "A 64-bit compare value has two halves on RV32: write all ones to the high half, then the low half, then "
        + "the high half. Ticks are 100 ns each (timebase-frequency 10 MHz).")
  }

  private func explainExternal(_ hart: Hart, _ enabled: UInt32, _ place: String) -> Finding {
    let context = hart.mode == .machine ? 2 * hart.id : 2 * hart.id + 1
    let status = machine.plic.status(ofContext: context)
    var seen =
      status.enabled.isEmpty
      ? ["No source is enabled for it at the PLIC (context \(context))."]
      : ["The threshold is \(status.threshold); the enabled sources are \(list(status.enabled.map { "\($0)" }))."]
    if enabled & Interrupts.timer != 0 { seen.append("The timer interrupt is enabled too, but no timer is set.") }
    return Finding(
      .controllerMasked, .likely, "\(place) for an external interrupt, and the PLIC lets none through", seen: seen,
      usually: "A source needs a priority above the threshold of the hart's context, and its enable bit there.")
  }
}
