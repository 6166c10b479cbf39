import ArgumentParser

/// What runs the same work.
enum Contender: String, CaseIterable, Codable, CodingKeyRepresentable, ExpressibleByArgument {
  /// The bench guests' sources, built for the host itself.
  case native
  case qemu
  /// Roost, by engine: one of the two, or what it chooses by itself.
  case interpreter, translator, auto
  case spike

  /// Spike is slow, and takes part only when asked to.
  static let usual = allCases.filter { $0 != .spike }
  static let engines: [Contender] = [.interpreter, .translator, .auto]

  /// `roost` alone is Roost as it comes.
  init?(argument: String) {
    self.init(rawValue: argument == "roost" ? "auto" : argument)
  }
}

/// Where the contenders are, and how each is told to run a guest.
struct Contenders {
  /// What is started for each; for the native programs, their folder.
  var programs: [Contender: String]
  /// Whether this `roost` can be told which engine to use.
  var choosesEngine = true

  /// A bare-metal ELF linked at the start of RAM, entered in M-mode without firmware.
  func bare(_ contender: Contender, elf: String) -> Invocation? {
    guard let program = programs[contender] else { return nil }
    switch contender {
    case .native: return nil
    case .interpreter, .translator, .auto:
      let arguments = ["run", elf, "--firmware", "none", "--timeout", "300s"]
      return Invocation(program: program, arguments: arguments + engine(contender))
    case .spike: return Invocation(program: program, arguments: ["--isa=rv32imafdc_zicntr", elf])
    case .qemu:
      return Invocation(program: program, arguments: ["-M", "virt", "-nographic", "-bios", "none", "-kernel", elf])
    }
  }

  /// A bench guest: its ELF, or the host's own program of the same name.
  func bench(_ contender: Contender, guest: BenchGuest, folder: String) -> Invocation? {
    guard contender == .native else { return bare(contender, elf: "\(folder)/\(guest.name).elf") }
    guard let natives = programs[.native], guest.isNative else { return nil }
    return Invocation(program: "\(natives)/\(guest.name)", arguments: [])
  }

  /// An S-mode kernel under the given firmware; nil for a contender without this board.
  func boot(_ contender: Contender, _ boot: Boot, firmware: String?) -> Invocation? {
    guard let program = programs[contender] else { return nil }
    switch contender {
    case .interpreter, .translator, .auto:
      return Invocation(
        program: program,
        arguments: ["run", boot.kernel, "--memory", "\(boot.megabytes)M", "--harts", "\(boot.harts)"]
          + (boot.initrd.map { ["--initrd", $0] } ?? []) + (boot.append.map { ["--append", $0] } ?? [])
          + ["--firmware", firmware ?? "builtin"] + engine(contender))
    case .qemu:
      guard let firmware else { return nil }
      return Invocation(
        program: program,
        arguments: ["-M", "virt", "-nographic", "-m", "\(boot.megabytes)M", "-smp", "\(boot.harts)", "-bios", firmware]
          + ["-kernel", boot.kernel]
          + (boot.initrd.map { ["-initrd", $0] } ?? []) + (boot.append.map { ["-append", $0] } ?? []))
    case .native, .spike: return nil
    }
  }

  private func engine(_ contender: Contender) -> [String] {
    choosesEngine ? ["--engine", contender.rawValue] : []
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
