import ArgumentParser
import Foundation

/// What can be measured.
enum Race: String, CaseIterable, ExpressibleByArgument {
  case guests, linux, shell, startup, memory
}

@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Race Roost against QEMU and the host itself.",
    discussion: """
      Contenders take turns within each round, so that a change in the host's load meets all alike; figures are medians.
      Run it from the top of the repository. A contender or a file that is missing is left out, and said to be.
      """)

  @Argument(help: "What to measure: guests, linux, shell, startup, memory.") var races: [Race] = Race.allCases
  @Option(help: "How often everything is measured.") var rounds = 5
  @Option(help: "Bench guests to run.", completion: .list(BenchGuest.all.map(\.name)))
  var guest = BenchGuest.all.map(\.name)
  @Option(help: "The time of guests, linux and shell: wall, or processor on a host that is busy with other things.")
  var clock = Clock.wall
  @Option(help: "Contenders that take part: native, qemu, interpreter, translator, auto (or roost), spike.")
  var contender: [Contender] = Contender.usual
  @Option(help: "The roost command.") var roost = ".build/release/roost"
  @Option(help: "QEMU's system emulator for RV32.") var qemu = "qemu-system-riscv32"
  @Option(help: "Spike; by default the one that scripts/ensure-spike fetches.") var spike: String?
  @Option(help: "Where the built bench guests are.") var guestFolder = "Benchmarks/guests/build"
  @Option(help: "The Linux kernel to boot.") var kernel = "guests/build/linux/Image"
  @Option(help: "Its initial file system.") var initrd = "guests/build/linux/initramfs.cpio.gz"
  @Option(help: "OpenSBI's fw_dynamic.bin, for both contenders.") var opensbi = "guests/build/linux/fw_dynamic.bin"
  @Option(help: "The text that ends the Linux race.") var prompt = "rv32# "
  @Option(help: "The bare guest of the start-up race.") var hello = "guests/build/hello.elf"
  @Option(help: "The kernel whose idle memory is measured.") var nest = "guests/build/nest.elf"
  @Option(help: "The text at which that kernel idles.") var nestPrompt = "nest> "
  @Option(help: "Where the figures go, as JSON.") var json = ".build/bench.json"

  func validate() throws {
    guard rounds >= 1 else { throw ValidationError("--rounds must be at least 1, not \(rounds)") }
    let known = BenchGuest.all.map(\.name)
    if let stranger = guest.first(where: { !known.contains($0) }) {
      throw ValidationError("there is no bench guest \(stranger); there are \(known.joined(separator: ", "))")
    }
  }

  func run() throws {
    let contenders = try findContenders()
    var report = Report(host: HostFacts(contenders), rounds: rounds, clock: clock)
    var failed = false
    for race in Race.allCases where races.contains(race) {
      do {
        try measure(race, contenders, into: &report)
      } catch {
        // One race that cannot be run must not cost the others' figures.
        note("\(race.rawValue): \(error)")
        failed = true
      }
    }
    progress("")
    print(report.text)
    try report.write(to: json)
    print("\nfigures: \(json)")
    if failed { throw ExitCode.failure }
  }
}

extension Bench {
  private func measure(_ race: Race, _ contenders: Contenders, into report: inout Report) throws {
    switch race {
    case .guests:
      report.guests = try GuestRace(
        contenders, folder: guestFolder, guests: BenchGuest.all.filter { guest.contains($0.name) }, rounds: rounds,
        clock: clock, progress: progress)
    case .linux: report.linux = try raceLinux(contenders)
    case .shell: report.shell = try raceShell(contenders)
    case .startup: report.startup = try raceStartup(contenders)
    case .memory: report.idle = try measureIdle(contenders)
    }
  }

  private func findContenders() throws -> Contenders {
    var contenders = Contenders(programs: [:])
    for one in Contender.allCases where contender.contains(one) {
      let program =
        switch one {
        case .native: "\(guestFolder)/native"
        case .interpreter, .translator, .auto: roost
        case .qemu: qemu
        case .spike: try races.contains(.guests) ? spike ?? fetchSpike() : spike
        }
      guard let program else { continue }
      if isProgram(one == .native ? "\(program)/\(BenchGuest.startup.name)" : program) {
        contenders.programs[one] = program
      } else {
        note("\(one.rawValue) is left out: there is no program \(program)")
      }
    }
    leaveOutEngines(&contenders)
    return contenders
  }

  /// A `roost` that knows no engines is its interpreter.
  private func leaveOutEngines(_ contenders: inout Contenders) {
    let engines = Contender.engines.filter { contenders.programs[$0] != nil }
    guard !engines.isEmpty else { return }
    let help = try? bench.run(Invocation(program: roost, arguments: ["run", "--help"]), timeout: 10)
    guard help?.text.contains("--engine") != true else { return }
    contenders.choosesEngine = false
    for one in engines where one == .translator || engines.contains(.interpreter) && one == .auto {
      note("\(one.rawValue) is left out: this roost has no --engine")
      contenders.programs[one] = nil
    }
  }

  private func fetchSpike() throws -> String? {
    let outcome = try bench.run(Invocation(program: "scripts/ensure-spike", arguments: []), timeout: 600)
    return outcome.status == 0 ? outcome.text.split(separator: "\n").last.map(String.init) : nil
  }

  /// Whether a path, or a name along PATH, is something that can be started.
  private func isProgram(_ name: String) -> Bool {
    if name.contains("/") { return FileManager.default.isExecutableFile(atPath: name) }
    let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
    return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
  }

  private func raceLinux(_ contenders: Contenders) throws -> BootRace? {
    guard let boot = linux(for: .linux) else { return nil }
    return try BootRace(
      title: "Linux, start to prompt", runners(contenders, boot), until: prompt, rounds: rounds, clock: clock,
      progress: progress)
  }

  private func raceShell(_ contenders: Contenders) throws -> [BootRace]? {
    guard let boot = linux(for: .shell) else { return nil }
    // What runs in Linux hardly meets the firmware, so one is enough.
    let runners = runners(contenders, boot).filter(\.usesOpenSBI)
    return try bench.raceShell(runners, prompt: prompt, rounds: rounds, clock: clock, progress: progress)
  }

  private func linux(for race: Race) -> Boot? {
    guard
      exist([kernel, initrd, opensbi], for: race.rawValue, advice: "'make linux' and 'guests/linux/recipe opensbi'")
    else { return nil }
    return Boot(kernel: kernel, initrd: initrd, append: "console=ttyS0")
  }

  /// Every contender under the same firmware, and Roost's engines with their own too.
  private func runners(_ contenders: Contenders, _ boot: Boot) -> [BootRunner] {
    let all = [Contender.qemu] + Contender.engines
    let foreign = all.compactMap { one in
      runner("\(one.rawValue), OpenSBI", one, contenders.boot(one, boot, firmware: opensbi), usesOpenSBI: true)
    }
    let own = Contender.engines.compactMap { one in
      runner("\(one.rawValue), own firmware", one, contenders.boot(one, boot, firmware: nil))
    }
    return foreign + own
  }

  private func raceStartup(_ contenders: Contenders) throws -> BootRace? {
    guard exist([hello], for: "startup", advice: "'make guests'") else { return nil }
    let runners = ([.qemu] + Contender.engines).compactMap { one in
      runner(one.rawValue, one, contenders.bare(one, elf: hello))
    }
    return try BootRace(
      title: "hello, start to first byte", runners, until: nil, rounds: rounds * 4, clock: .wall, progress: progress)
  }

  private func measureIdle(_ contenders: Contenders) throws -> IdleMemory? {
    guard exist([nest], for: "memory", advice: "'make guests'") else { return nil }
    let boot = Boot(kernel: nest, megabytes: 128)
    guard
      let invocation = Contender.engines.reversed().lazy.compactMap({ contenders.boot($0, boot, firmware: nil) }).first
    else { return nil }
    progress("idle memory")
    return try IdleMemory(invocation, prompt: nestPrompt)
  }

  private func runner(
    _ name: String, _ contender: Contender, _ invocation: Invocation?, usesOpenSBI: Bool = false
  ) -> BootRunner? {
    invocation.map { BootRunner(name: name, contender: contender, invocation: $0, usesOpenSBI: usesOpenSBI) }
  }

  /// Whether all files are there; says so when not.
  private func exist(_ files: [String], for race: String, advice: String) -> Bool {
    let missing = files.filter { !FileManager.default.fileExists(atPath: $0) }
    if let first = missing.first { note("\(race) is left out: there is no \(first); run \(advice)") }
    return missing.isEmpty
  }

  private func note(_ text: String) {
    FileHandle.standardError.write(Data("bench: \(text)\n".utf8))
  }

  /// Shows what is going on, on a terminal only.
  private func progress(_ text: String) {
    guard isatty(2) != 0 else { return }
    FileHandle.standardError.write(Data("\r\u{1b}[K\(text)".utf8))
  }
}
