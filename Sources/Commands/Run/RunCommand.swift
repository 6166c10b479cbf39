import ArgumentParser
import Boards
import Diagnosis
import GuestImage
import Snapshots
import SystemBus

/// `roost run`: boots a kernel with the terminal as its console.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Boot a kernel.",
    discussion: """
      The console is standard input and output. On a terminal Ctrl-A x ends the run, Ctrl-A r resets the machine, Ctrl-A s \
      saves a snapshot, Ctrl-A w tells why the guest may hang, and Ctrl-A h the rest; every other key goes to the guest. The end of input does not \
      end the guest. Under --clock virtual, where input comes from a file or a pipe, the guest waits for it.

      \(ExitStatus.help)
      """)

  @Argument(
    help: ArgumentHelp(
      "An ELF, a Linux Image, or a raw binary, which goes to the start of RAM or to FILE@ADDRESS.",
      valueName: "kernel"))
  var kernel: String?

  @Option(
    parsing: .remaining,
    help: ArgumentHelp(
      """
      Run a kernel as a test: under virtual time, for 300s at most, without input; the exit status is its verdict. What \
      follows the kernel is added to --append. This must be the last option.
      """, valueName: "kernel [argument ...]"))
  var test: [String] = []

  @Option(
    help: ArgumentHelp(
      "Go on from a snapshot, in place of booting a kernel; the machine is made as the snapshot says.",
      valueName: "file"))
  var restore: String?

  @Option(
    help: ArgumentHelp(
      """
      Where Ctrl-A s and --save-at put snapshots, in place of the one before (default: roost-1.snapshot, \
      roost-2.snapshot and so on).
      """, valueName: "file"))
  var snapshot: String?

  @Option(
    help: ArgumentHelp(
      "Save a snapshot once the guest's time since its power-on is this, such as 500ms or 30s, and go on.",
      valueName: "time"),
    transform: TimeLimit.init(parsing:))
  var saveAt: TimeLimit?

  @OptionGroup var machine: MachineOptions
  @OptionGroup var boot: BootOptions

  @Option(help: ArgumentHelp("Write the guest's device tree to a file, and do not run.", valueName: "file"))
  var dumpDtb: String?

  @Option(
    help: ArgumentHelp("End the run after this time, such as 500ms, 30s, 5m or 1h.", valueName: "time"),
    transform: TimeLimit.init(parsing:))
  var timeout: TimeLimit?

  @Option(
    help: ArgumentHelp(
      "Write a line for each instruction, as Spike's commit log does; - is standard output.", valueName: "file"))
  var trace: String?

  @Option(
    help: ArgumentHelp(
      "Write down what is typed, with the guest's time, so that --replay-input can repeat it (--clock virtual).",
      valueName: "file"))
  var recordInput: String?

  @Option(
    help: ArgumentHelp("Type what was recorded, at its times, and nothing else (--clock virtual).", valueName: "file"))
  var replayInput: String?

  @Flag(help: "Tell at the end the trace hash: equal for runs in which the guest did the same (--clock virtual).")
  var traceHash = false

  @Flag(
    help: "Write /tmp/perf-PID.map, in which perf finds the guest's symbols for translated code (docs/HOST-CODE.md).")
  var perfMap = false

  @Option(
    help: ArgumentHelp(
      "Write afterwards the host code made of the guest code at this address or symbol, beside that (docs/HOST-CODE.md).",
      valueName: "address"),
    transform: GuestAddress.init(parsing:))
  var dumpCode: GuestAddress?

  @Flag(help: "Tell afterwards what was executed, and how fast.")
  var stats = false

  private var isTest: Bool { !test.isEmpty }
  private var usualClock: MachineDescription.ClockChoice { isTest ? .virtual : .host }
  /// Whether what is typed is for the guest, and on a terminal also for us.
  private var hasInput: Bool { !isTest && replayInput == nil }
  private var takesKeys: Bool { hasInput && FileDescriptor.standardInput.isTerminal }
  private var limit: TimeLimit? {
    get throws { try timeout ?? (isTest ? TimeLimit(parsing: Self.testLimit) : nil) }
  }
  /// How long a test may take unless it is said.
  private static let testLimit = "300s"

  func validate() throws {
    if isTest, let kernel {
      throw ValidationError("'\(kernel)' stands before '--test', which is followed by the kernel and its arguments")
    }
    if restore != nil { return try validateRestoration() }
    if !isTest, kernel == nil { throw ValidationError("Missing expected argument '<kernel>'") }
    try validateTime(isVirtual: machine.clock ?? usualClock == .virtual)
  }

  private func validateRestoration() throws {
    if let kernel = kernel ?? test.first {
      throw ValidationError("'\(kernel)' cannot be booted with '--restore': the snapshot has its kernel in memory")
    }
    if boot.description(kernel: "") != BootDescription(kernel: "") || dumpDtb != nil {
      throw ValidationError("'--restore' boots nothing: leave out what is to be loaded, and '--dump-dtb'")
    }
  }

  private func validateTime(isVirtual: Bool) throws {
    if machine.clockRate != nil, !isVirtual {
      throw ValidationError("'--clock-rate' is for '--clock virtual'; the host's clock goes as it goes")
    }
    if recordInput ?? replayInput != nil, !isVirtual || isTest {
      throw ValidationError("'--record-input' and '--replay-input' are for '--clock virtual', without '--test'")
    }
    if recordInput != nil, replayInput != nil {
      throw ValidationError("'--record-input' and '--replay-input' exclude each other: a replay repeats its record")
    }
    if traceHash, !isVirtual {
      throw ValidationError("'--trace-hash' is for '--clock virtual'; under the host's clock no two runs are alike")
    }
  }

  func run() throws {
    let output = ConsoleOutput(.standardOutput)
    guard let prepared = try restore.map({ try restored(from: $0, output) }) ?? booted(output) else { return }
    let machine = prepared.machine
    let replay = try replayInput.map { InputReplay(try InputRecord.read($0)) }
    let recorder = try recordInput.map { path throws(CommandError) in try InputRecorder(path: path) }
    let trace = try trace.map { path throws(CommandError) in try TraceFile(path: path) }
    if let trace { machine.onCommit = { trace.write(line: $0) } }
    let perfMap = try perfMap ? mapCode(of: prepared) : nil
    let codeToDump = try dumpCode.map { try place($0, in: prepared) }
    let saver = SnapshotSaver(path: snapshot, origin: prepared.origin, due: saveAt.map { $0.nanoseconds / 100 })
    let outcome = try runMachine(prepared) { input, signals, terminal in
      RunLoop(
        machine: machine, symbols: prepared.symbols, output: output, input: input, signals: signals,
        terminal: terminal, trace: trace, perfMap: perfMap, saver: saver, limit: try limit,
        isTimeVirtual: machine.isTimeVirtual,
        waitsForInput: machine.isTimeVirtual && !takesKeys && recorder == nil, timeAtStart: machine.now,
        recorder: recorder, replay: replay)
    }
    if let codeToDump, let translator = machine.translator {
      let dump = CodeDump(symbols: prepared.symbols, isa: machine.configuration.isa)
      StandardError.write(dump.text(of: codeToDump, in: translator))
    }
    try report(outcome, of: machine, symbols: prepared.symbols)
  }

  /// Has the machine's host code told to perf.
  private func mapCode(of prepared: RunMachine) throws -> PerfMap {
    guard let translator = prepared.machine.translator else { throw CommandError.noHostCode(option: "--perf-map") }
    let map = try PerfMap(symbols: prepared.symbols)
    translator.observer = map
    return map
  }

  /// The address whose host code is wanted.
  private func place(_ address: GuestAddress, in prepared: RunMachine) throws -> UInt32 {
    guard prepared.machine.translator != nil else { throw CommandError.noHostCode(option: "--dump-code") }
    return try address.resolved(by: prepared.symbols, of: prepared.origin)
  }

  /// The machine at power-on; nil when its device tree was all that was wanted.
  private func booted(_ output: ConsoleOutput) throws -> RunMachine? {
    var description = boot.description(kernel: test.first ?? kernel ?? "")
    if test.count > 1 {
      description.append = ([description.append].compactMap { $0 } + test.dropFirst()).joined(separator: " ")
    }
    if SnapshotFile.isSnapshot(description.kernel) { throw CommandError.isSnapshot(file: description.kernel) }
    let images = try BootImages(description)
    let machine = try VirtMachine(machine.configuration(clock: usualClock), console: output)
    let plan = try images.plan(for: machine)
    let deviceTree = images.deviceTree(for: machine, under: plan.firmware, initrd: plan.initrdRange)
    if let dumpDtb {
      try OutputFile.write(deviceTree, to: dumpDtb)
      return nil
    }
    machine.hostInterface = images.hostInterface(under: plan)
    machine.start(plan, deviceTree: deviceTree)
    let files = [description.kernel, description.initrd].compactMap { $0 } + description.load
    return RunMachine(
      machine: machine, symbols: SymbolMap(images, under: plan), origin: files.joined(separator: " "))
  }

  /// The machine of a snapshot.
  private func restored(from file: String, _ output: ConsoleOutput) throws -> RunMachine {
    let guest = try SnapshotFile.read(file)
    try machine.check(against: guest.machine.configuration, of: file)
    let machine = try VirtMachine(guest.machine.run(by: self.machine.engine), console: output)
    try validateTime(isVirtual: machine.isTimeVirtual)
    return RunMachine(machine: machine, typed: guest.typed, origin: guest.origin)
  }

  /// Runs the machine with the terminal set up for it.
  private func runMachine(
    _ prepared: RunMachine, _ makeLoop: (ConsoleInput, HostSignals, Terminal) throws -> RunLoop
  ) throws -> (RunOutcome, RunStatistics) {
    let machine = prepared.machine
    let signals = try HostSignals()
    defer { signals.release() }
    let terminal = Terminal(.standardInput)
    if takesKeys { terminal.enterRawMode() }
    defer { terminal.restore() }
    let input = ConsoleInput(hasInput ? .standardInput : nil, uart: machine.uart, isTerminal: takesKeys)
    input.prepend(prepared.typed)
    let loop = try makeLoop(input, signals, terminal)
    if stats {
      for hart in machine.harts { hart.startMeter() }
      machine.translator?.isTimed = true
    }
    let before = machine.harts.map(\.retired)
    let started = HostTime.now
    let outcome = loop.run()
    let duration = HostTime.now - started
    return (loop.finish(outcome), RunStatistics(machine, since: before, nanoseconds: duration))
  }

  /// Tells what there is to tell, and ends with the exit code that says it.
  private func report(
    _ result: (outcome: RunOutcome, statistics: RunStatistics), of machine: VirtMachine, symbols: SymbolMap
  ) throws {
    if var message = result.outcome.message {
      if result.outcome.concernsHarts {
        message += " (\(machine.harts.map(symbols.describe).joined(separator: "; ")))"
      }
      StandardError.report(message)
    }
    if result.outcome.concernsHarts {
      StandardError.write(Diagnosis.examine(machine, symbols: symbols).text)
    }
    if stats {
      StandardError.write(result.statistics.text)
    } else if traceHash {
      StandardError.write(result.statistics.traceHash)
    }
    let status = result.outcome.exitStatus
    if status != .passed { throw ExitCode(status.code) }
  }
}
