import ArgumentParser
import Boards
import Diagnosis
import GuestImage
import SystemBus

/// `roost run`: boots a kernel with the terminal as its console.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Boot a kernel.",
    discussion: """
      The console is standard input and output. On a terminal Ctrl-A x ends the run, Ctrl-A r resets the machine, Ctrl-A w \
      tells why the guest may hang, and Ctrl-A h the rest; every other key goes to the guest. The end of input does not \
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

  @Flag(help: "Tell afterwards what was executed, and how fast.")
  var stats = false

  private var isTest: Bool { !test.isEmpty }
  private var usualClock: MachineDescription.ClockChoice { isTest ? .virtual : .host }
  private var isTimeVirtual: Bool { machine.clock ?? usualClock == .virtual }
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
    if !isTest, kernel == nil { throw ValidationError("Missing expected argument '<kernel>'") }
    if machine.clockRate != nil, !isTimeVirtual {
      throw ValidationError("'--clock-rate' is for '--clock virtual'; the host's clock goes as it goes")
    }
    if recordInput ?? replayInput != nil, !isTimeVirtual || isTest {
      throw ValidationError("'--record-input' and '--replay-input' are for '--clock virtual', without '--test'")
    }
    if recordInput != nil, replayInput != nil {
      throw ValidationError("'--record-input' and '--replay-input' exclude each other: a replay repeats its record")
    }
    if traceHash, !isTimeVirtual {
      throw ValidationError("'--trace-hash' is for '--clock virtual'; under the host's clock no two runs are alike")
    }
  }

  func run() throws {
    let configuration = machine.configuration(clock: usualClock)
    var description = boot.description(kernel: test.first ?? kernel ?? "")
    if test.count > 1 {
      description.append = ([description.append].compactMap { $0 } + test.dropFirst()).joined(separator: " ")
    }
    let images = try BootImages(description)
    let output = ConsoleOutput(.standardOutput)
    let machine = try VirtMachine(configuration, console: output)
    let plan = try images.plan(for: machine)
    let deviceTree = images.deviceTree(for: machine, under: plan.firmware, initrd: plan.initrdRange)
    if let dumpDtb { return try OutputFile.write(deviceTree, to: dumpDtb) }
    let replay = try replayInput.map { InputReplay(try InputRecord.read($0)) }
    let recorder = try recordInput.map { path throws(CommandError) in try InputRecorder(path: path) }
    let trace = try trace.map { path throws(CommandError) in try TraceFile(path: path) }
    if let trace { machine.onCommit = { trace.write(line: $0) } }
    machine.hostInterface = images.hostInterface(under: plan)
    machine.start(plan, deviceTree: deviceTree)
    let symbols = SymbolMap(images, under: plan)
    let outcome = try runMachine(machine) { input, signals, terminal in
      RunLoop(
        machine: machine, symbols: symbols, output: output, input: input, signals: signals, terminal: terminal,
        trace: trace, limit: try limit, isTimeVirtual: isTimeVirtual,
        waitsForInput: isTimeVirtual && !takesKeys && recorder == nil, recorder: recorder, replay: replay)
    }
    try report(outcome, of: machine, symbols: symbols)
  }

  /// Runs the machine with the terminal set up for it.
  private func runMachine(
    _ machine: VirtMachine, _ makeLoop: (ConsoleInput, HostSignals, Terminal) throws -> RunLoop
  ) throws -> (RunOutcome, RunStatistics) {
    let signals = try HostSignals()
    defer { signals.release() }
    let terminal = Terminal(.standardInput)
    if takesKeys { terminal.enterRawMode() }
    defer { terminal.restore() }
    let input = ConsoleInput(hasInput ? .standardInput : nil, uart: machine.uart, isTerminal: takesKeys)
    let loop = try makeLoop(input, signals, terminal)
    let started = HostTime.now
    let outcome = loop.run()
    let duration = HostTime.now - started
    return (loop.finish(outcome), RunStatistics(machine, nanoseconds: duration))
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
