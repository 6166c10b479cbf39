import ArgumentParser
import Foundation

/// What can be measured.
enum Race: String, CaseIterable, ExpressibleByArgument {
  case guests, linux, startup, memory
}

@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Race Roost against QEMU and Spike.",
    discussion: """
      Contenders take turns within each round, so that a change in the host's load meets all alike; figures are medians.
      Run it from the top of the repository. A contender or a file that is missing is left out, and said to be.
      """)

  @Argument(help: "What to measure: guests, linux, startup, memory.") var races: [Race] = Race.allCases
  @Option(help: "How often everything is measured.") var rounds = 5
  @Option(help: "Bench guests to run.", completion: .list(GuestRace.guests)) var guest: [String] = GuestRace.guests
  @Option(help: "The time of the bench guests: wall, or processor on a host that is busy with other things.")
  var clock = Clock.wall
  @Option(help: "Contenders that take part.") var contender: [Contender] = Contender.allCases
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
  }

  func run() throws {
    let contenders = try findContenders()
    var report = Report(host: HostFacts(contenders), rounds: rounds)
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
        contenders, folder: guestFolder, guests: guest, rounds: rounds, clock: clock, progress: progress)
    case .linux: report.linux = try raceLinux(contenders)
    case .startup: report.startup = try raceStartup(contenders)
    case .memory: report.idle = try measureIdle(contenders)
    }
  }

  private func findContenders() throws -> Contenders {
    var programs: [Contender: String] = [:]
    for one in Contender.allCases where contender.contains(one) {
      let program =
        switch one {
        case .roost: roost
        case .qemu: qemu
        case .spike: try races.contains(.guests) ? spike ?? fetchSpike() : spike
        }
      guard let program else { continue }
      if isProgram(program) {
        programs[one] = program
      } else {
        note("\(one.rawValue) is left out: there is no program \(program)")
      }
    }
    return Contenders(programs: programs)
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
    guard exist([kernel, initrd, opensbi], for: "linux", advice: "'make linux' and 'guests/linux/recipe opensbi'")
    else { return nil }
    let boot = Boot(kernel: kernel, initrd: initrd, append: "console=ttyS0")
    let runners = [
      runner("roost, OpenSBI", .roost, contenders.boot(.roost, boot, firmware: opensbi)),
      runner("roost, own firmware", .roost, contenders.boot(.roost, boot, firmware: nil)),
      runner("qemu, OpenSBI", .qemu, contenders.boot(.qemu, boot, firmware: opensbi)),
    ]
    return try BootRace(
      title: "Linux, start to prompt", runners.compactMap(\.self), until: prompt, rounds: rounds, progress: progress)
  }

  private func raceStartup(_ contenders: Contenders) throws -> BootRace? {
    guard exist([hello], for: "startup", advice: "'make guests'") else { return nil }
    let runners = [Contender.roost, .qemu].compactMap { one in
      runner(one.rawValue, one, contenders.bare(one, elf: hello))
    }
    return try BootRace(
      title: "hello, start to first byte", runners, until: nil, rounds: rounds * 4, progress: progress)
  }

  private func measureIdle(_ contenders: Contenders) throws -> IdleMemory? {
    guard exist([nest], for: "memory", advice: "'make guests'") else { return nil }
    let boot = Boot(kernel: nest, megabytes: 128)
    guard let invocation = contenders.boot(.roost, boot, firmware: nil) else { return nil }
    progress("idle memory")
    return try IdleMemory(invocation, prompt: nestPrompt)
  }

  private func runner(_ name: String, _ contender: Contender, _ invocation: Invocation?) -> BootRunner? {
    invocation.map { BootRunner(name: name, contender: contender, invocation: $0) }
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
