import HartEngine
import ISA

extension Examiner {
  /// A kernel that expects a firmware beneath it, and runs bare.
  func findFirmwareAbsence(_ hart: Hart) -> [Finding] {
    guard let entries = machine.bootEntries, entries.isWithoutFirmware, csr(.mtvec, of: hart) & ~3 == 0,
      hart.trapHistory.nesting(in: .machine) > 0
    else { return [] }
    let call = hart.trapHistory.records.first { $0.exception == .environmentCallFromMachine }
    let vector = csr(.stvec, of: hart)
    guard call != nil || vector != 0 else { return [] }
    var seen = [
      "The machine was started without firmware: the kernel was entered in M-mode at \(symbols.place(entries.kernel))."
    ]
    if let call { seen.append("It called the firmware with ecall at \(symbols.place(call.pc)), and nobody answered.") }
    if vector != 0 {
      seen.append("It has set stvec, to \(symbols.place(vector & ~3)), but mtvec is 0: in M-mode stvec means nothing.")
    }
    return [
      Finding(
        .firmwareAbsent, .certain, "\(name(hart)) runs a kernel for S-mode without firmware: SBI firmware absent",
        seen: seen,
        usually: "Start it with --firmware builtin (or a firmware file). The default is none for an image that is "
          + "linked at \(hexadecimal(machine.ram.base)), where a firmware would be.")
    ]
  }
}
