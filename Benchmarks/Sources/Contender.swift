import ArgumentParser

/// The programs that run the same guests.
enum Contender: String, CaseIterable, Codable, CodingKeyRepresentable, ExpressibleByArgument {
  case roost, spike, qemu
}

/// Where the contenders are, and how each is told to run a guest.
struct Contenders {
  var programs: [Contender: String]

  /// A bare-metal ELF linked at the start of RAM, entered in M-mode without firmware.
  func bare(_ contender: Contender, elf: String) -> Invocation? {
    programs[contender].map { program in
      switch contender {
      case .roost: Invocation(program: program, arguments: ["run", elf, "--firmware", "none", "--timeout", "300s"])
      case .spike: Invocation(program: program, arguments: ["--isa=rv32imafdc_zicntr", elf])
      case .qemu:
        Invocation(program: program, arguments: ["-M", "virt", "-nographic", "-bios", "none", "-kernel", elf])
      }
    }
  }

  /// An S-mode kernel under the given firmware; nil for a contender without this board.
  func boot(_ contender: Contender, _ boot: Boot, firmware: String?) -> Invocation? {
    guard let program = programs[contender] else { return nil }
    switch contender {
    case .roost:
      return Invocation(
        program: program,
        arguments: ["run", boot.kernel, "--memory", "\(boot.megabytes)M", "--harts", "\(boot.harts)"]
          + (boot.initrd.map { ["--initrd", $0] } ?? []) + (boot.append.map { ["--append", $0] } ?? [])
          + ["--firmware", firmware ?? "builtin"])
    case .qemu:
      guard let firmware else { return nil }
      return Invocation(
        program: program,
        arguments: ["-M", "virt", "-nographic", "-m", "\(boot.megabytes)M", "-smp", "\(boot.harts)", "-bios", firmware]
          + ["-kernel", boot.kernel]
          + (boot.initrd.map { ["-initrd", $0] } ?? []) + (boot.append.map { ["-append", $0] } ?? []))
    case .spike: return nil
    }
  }
}

/// What a boot is made of, the firmware apart.
struct Boot {
  var kernel: String
  var initrd: String?
  var append: String?
  var megabytes = 256
  var harts = 1
}
