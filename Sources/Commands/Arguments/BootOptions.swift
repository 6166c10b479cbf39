import ArgumentParser
import Boards

/// The options that say what is in memory when the machine starts.
struct BootOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Initial RAM disk for the kernel.", valueName: "file"))
  var initrd: String?

  @Option(help: ArgumentHelp("Kernel arguments, such as console=ttyS0.", valueName: "arguments"))
  var append: String?

  @Option(
    help: ArgumentHelp(
      """
      none (the kernel starts in M-mode), builtin, or a file such as OpenSBI's fw_dynamic.bin (default: none for a \
      kernel at the start of RAM, builtin for any other).
      """, valueName: "firmware"))
  var firmware: String?

  @Option(help: ArgumentHelp("Device tree blob for the guest, instead of the generated one.", valueName: "file"))
  var dtb: String?

  @Option(
    help: ArgumentHelp(
      "One more file for RAM: its bytes at ADDRESS, or an ELF at its own addresses. May be repeated.",
      valueName: "file@address"))
  var load: [String] = []

  /// What they and the kernel `FILE` or `FILE@ADDRESS` describe.
  func description(kernel: String) -> BootDescription {
    var description = BootDescription(kernel: kernel)
    description.load = load
    description.firmware = firmware
    description.initrd = initrd
    description.append = append
    description.deviceTree = dtb
    return description
  }
}
