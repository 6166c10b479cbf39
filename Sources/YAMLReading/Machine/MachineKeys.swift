import Boards
import HartEngine

extension Key<BootDescription> {
  /// What a guest boots. Until `image` is read the kernel is empty.
  package static let boot: [Key<BootDescription>] = [
    Key(
      "image", .image, \.kernel,
      "The kernel: an ELF, a Linux Image, or a raw binary, at an address if need be.",
      otherNames: ["kernel"]),
    Key("initrd", optional: .path, \.initrd, "Initial RAM disk for the kernel.", otherNames: ["initramfs"]),
    Key(
      "append", optional: .text, \.append, "The kernel's command line.",
      otherNames: ["args", "arguments", "cmdline", "command"]),
    Key(
      "firmware", optional: .firmware, \.firmware,
      "What runs in M-mode below the kernel; without it, what suits the kernel.", otherNames: ["bios"]),
    Key(
      "load", ValueType.image.list(limit: 64), \.load,
      "More files for RAM: bytes at an address, or an ELF at its own addresses."),
    Key("dtb", optional: .path, \.deviceTree, "A device tree blob in place of the machine's own."),
  ]
}

extension Key<MachineDescription> {
  /// What a guest's machine is made of.
  package static let machine: [Key<MachineDescription>] = [
    Key(
      "memory", .size(MemoryLimits.lowest.bytes...MemoryLimits.highest.bytes, pages: true, example: "64M"),
      \.memory, "RAM.", initial: "128M", otherNames: ["ram", "mem", "mem_limit"]),
    Key(
      "harts", .integer(1...MachineConfiguration.hartLimit), \.harts, "Number of harts.", initial: "1",
      otherNames: ["cpus", "cpu", "cores", "smp"]),
    Key("isa", optional: .isa, \.isa, "The harts' instruction set; without it, everything there is."),
    Key(
      "clock-rate", optional: .clockRate, \.clockRate,
      "How fast it seems to run under the virtual clock; without it, 100MIPS.", otherNames: ["speed", "mips"]),
    Key(
      "seed", optional: .integer(0...UInt64(Int64.max)), \.seed,
      "Decides what random bytes it finds in its device tree; without it, those of the host, or 0 under virtual time.",
      otherNames: ["random-seed"]),
    Key(
      "engine", optional: .choice, \.engine,
      "How its code is run: interpreted, made into host code, or both as it pays; without it, auto. The guest cannot tell."
    ),
  ]
}
