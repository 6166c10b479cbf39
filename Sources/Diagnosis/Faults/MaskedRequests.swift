import HartEngine
import ISA
import Peripherals
import RegisterMaps

// Interrupts that a device wants and that the PLIC keeps back.

extension Examiner {
  func findMaskedRequests() -> [Finding] {
    (1...machine.plic.lastSource).compactMap { source in
      let status = machine.plic.status(ofSource: source)
      if status.isInService { return findOpenClaim(status) }
      return status.isPending ? findMask(status) : nil
    }
  }

  func deviceName(_ source: UInt32) -> String {
    switch source {
    case MemoryMap.uartInterrupt: "the UART"
    case MemoryMap.rtcInterrupt: "the RTC"
    case MemoryMap.firstVirtioInterrupt..<(MemoryMap.firstVirtioInterrupt + MemoryMap.virtioSlots):
      "virtio slot \(source - MemoryMap.firstVirtioInterrupt)"
    default: "no device"
    }
  }

  private func title(_ status: PLIC.SourceStatus) -> String {
    "interrupt \(status.source) (\(deviceName(status.source)))"
  }

  /// A claim that nobody completes; nil while a handler may still be at it.
  private func findOpenClaim(_ status: PLIC.SourceStatus) -> Finding? {
    let isStuck = observation?.stillInService.contains(status.source) ?? false || machine.harts.allSatisfy(waits)
    guard isStuck else { return nil }
    var seen = ["The PLIC holds further requests of a source back until the last one has been completed."]
    if status.isRaised { seen.append("The device raises its line: it waits to be served again.") }
    return Finding(
      .claimNotCompleted, .likely, "\(title(status)) was claimed at the PLIC and never completed", seen: seen,
      usually: "The handler must write the source's number back to the claim/complete register of the same context, "
        + "on every path, and while the context still has the source enabled.")
  }

  private func findMask(_ status: PLIC.SourceStatus) -> Finding? {
    let contexts = (0..<UInt32(2 * machine.harts.count)).map { ($0, machine.plic.status(ofContext: $0)) }
    let enabled = contexts.filter { $0.1.enabled.contains(status.source) }
    let what = "\(title(status)) is pending but masked at the PLIC: "
    guard !enabled.isEmpty else {
      return Finding(
        .controllerMasked, .likely, what + "no context has it enabled",
        usually:
          "Set the source's enable bit for the hart's context: word enable + 0x80 × context + 4 × (source / 32). "
          + "Contexts go M-mode of hart 0, S-mode of hart 0, M-mode of hart 1, ….")
    }
    guard status.priority > 0 else {
      return Finding(
        .controllerMasked, .likely, what + "its priority is 0, which means never",
        usually: "Write a priority of 1…7 to the source's priority register; they are all 0 after reset.")
    }
    if enabled.allSatisfy({ $0.1.threshold >= status.priority }) {
      let seen = enabled.map {
        "The threshold of \(contextName($0.0)) is \($0.1.threshold), the priority of the source \(status.priority)."
      }
      return Finding(
        .controllerMasked, .likely, what + "the threshold is not below its priority", seen: seen,
        usually: "Only priorities above the threshold interrupt: write 0 to the context's threshold register.")
    }
    let deaf = enabled.filter { $0.1.threshold < status.priority }.filter { !isHeard($0.0) }
    guard deaf.count == enabled.count else { return nil }
    return Finding(
      .controllerMasked, .likely,
      "\(title(status)) is pending for \(list(deaf.map { contextName($0.0) })), which does not listen",
      seen: deaf.map { "\($0.0 % 2 == 0 ? "mie.MEIE" : "sie.SEIE") of hart \($0.0 / 2) is 0." },
      usually:
        "The source was enabled for the wrong context (they go M-mode of hart 0, S-mode of hart 0, …), or external "
        + "interrupts were not enabled in mie or sie.")
  }

  private func contextName(_ context: UInt32) -> String {
    "context \(context) (\(context % 2 == 0 ? "M" : "S")-mode of hart \(context / 2))"
  }

  /// Whether the hart behind a context has its external interrupts enabled.
  private func isHeard(_ context: UInt32) -> Bool {
    let hart = machine.harts[Int(context / 2)]
    return csr(.mie, of: hart) & (context % 2 == 0 ? 1 << 11 : 1 << 9) != 0
  }

  /// The sources that can interrupt a hart in a mode.
  func deliverableSources(to hart: Hart, in mode: PrivilegeMode) -> [UInt32] {
    let context = machine.plic.status(ofContext: 2 * hart.id + (mode == .machine ? 0 : 1))
    return context.enabled.filter { machine.plic.status(ofSource: $0).priority > context.threshold }
  }
}
