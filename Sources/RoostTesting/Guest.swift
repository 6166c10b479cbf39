import Boards
import Harness
import HartEngine
import SystemBus

public typealias MachineEnd = Boards.MachineEnd
public typealias Injection = Harness.Injection

/// A guest to test: a RISC-V machine that runs in this process, under virtual time.
///
/// Virtual time passes only while a test waits: in `console.expect`, `run(for:)` and `untilEnd`. What the guest does depends on
/// its files and on what the test does, on nothing else, so that a test which passes once passes always.
///
///     let vm = try await Guest(kernel: "kernel.elf")
///     try await vm.console.expect("login:")
///     await vm.send("root\n")
///     #expect(try await vm.memory["boot_count"] == 1)
///
/// Waiting longer than it should costs nothing: an idle guest's time passes at once.
public actor Guest {
  let bench: TestBench
  var guest: TestGuest { bench.guests[0] }
  private let limit: VirtualTimeLimit
  /// The host's time that the longest wait may take, in seconds: a guard against guests that compute for ever.
  private let hostSeconds: UInt64

  /// A guest at power-on.
  /// - Parameters:
  ///   - kernel: an ELF, a Linux `Image`, or a raw binary, which goes to the start of RAM or to `FILE@ADDRESS`.
  ///   - append: the kernel's command line.
  ///   - firmware: `none`, `builtin` or a file; nil for what suits the kernel.
  ///   - load: more files for RAM: `FILE@ADDRESS`, or an ELF at its own addresses.
  ///   - symbols: files with more symbols than the kernel's own, such as the `vmlinux` of an `Image`.
  ///   - memory: RAM in bytes, a multiple of 4096, at most 2 GiB.
  ///   - harts: 1…8.
  ///   - isa: an ISA string; nil for everything there is.
  ///   - mips: how fast the guest seems to run, in millions of instructions a second of virtual time, 1 to 100,000.
  ///   - seed: what its random numbers begin with.
  ///   - hostSeconds: the host's time that the longest wait may take.
  public init(
    kernel: String, initrd: String? = nil, append: String? = nil, firmware: String? = nil, load: [String] = [],
    deviceTree: String? = nil, symbols: [String] = [], memory: UInt64 = 128 << 20, harts: Int = 1, isa: String? = nil,
    mips: UInt64 = 100, seed: UInt64? = nil, hostSeconds: UInt64 = 300
  ) async throws {
    var boot = BootDescription(kernel: kernel)
    (boot.initrd, boot.append, boot.firmware, boot.load, boot.deviceTree) = (initrd, append, firmware, load, deviceTree)
    var setup = GuestSetup(name: "guest", boot: boot)
    setup.symbols = symbols
    setup.machine.memory = memory
    setup.machine.harts = harts
    setup.machine.isa = isa
    setup.machine.clockRate = ClockRate(clamping: min(mips, 1 << 40) * 1_000_000)
    setup.machine.seed = seed
    bench = try TestBench([try GuestFiles(setup)])
    limit = VirtualTimeLimit.current
    self.hostSeconds = hostSeconds
  }

  private init(_ snapshot: BenchSnapshot, limit: VirtualTimeLimit, hostSeconds: UInt64) throws {
    bench = try TestBench(snapshot)
    self.limit = limit
    self.hostSeconds = hostSeconds
  }

  // MARK: What a test does

  /// Types on the console.
  public func send(_ text: String) { guest.type(Array(text.utf8)) }

  /// Types bytes on the console.
  public func send(_ bytes: [UInt8]) { guest.type(bytes) }

  /// Another guest that goes on from here; the two share the memory that they do not change.
  public func fork() throws -> Guest { try Guest(try bench.snapshot(), limit: limit, hostSeconds: hostSeconds) }

  /// Powers the guest on again. What it printed before is not looked at any more.
  public func reset() { guest.reset() }

  /// Lets something happen to the guest.
  /// - Throws: `GuestFailure` when there is no such thing as it is about.
  public func inject(_ injection: Injection) throws {
    guard guest.inject(injection) else { throw failure("there is nothing for \(injection) to happen to") }
  }

  // MARK: Waiting

  /// Lets so much virtual time pass.
  public func run(for time: Duration) throws {
    let wanted = bench.now + VirtualTimeLimit.ticks(time)
    try check(bench.advance(until: min(wanted, limit.ticks), hostLimit: hostLimit))
    if bench.now < wanted { throw failure("the test has used up its limit of virtual time") }
  }

  /// Waits for the guest's end, and tells how it ended.
  /// - Throws: `GuestFailure` when it still runs after so much virtual time.
  @discardableResult
  public func untilEnd(within time: Duration = .seconds(60)) throws -> MachineEnd {
    let advance = bench.advance(until: deadline(time), hostLimit: hostLimit) { guest.end != nil }
    if let end = guest.end { return end }
    try check(advance)
    throw failure("the guest has not ended within \(time) of virtual time")
  }

  /// Waits for the first of several patterns.
  func expect(_ patterns: [ConsolePattern], not forbidden: [ConsolePattern], within time: Duration) throws -> Match {
    let wanted = patterns.map(\.description).joined(separator: " or ")
    let result = bench.expect(
      patterns, from: guest, forbidden: forbidden, within: deadline(time) - bench.now, hostLimit: hostLimit)
    switch result {
    case .found(let number, let match): return Match(number: number, match)
    case .forbidden(_, let match): throw failure("the guest printed '\(match.text)' while \(wanted) was expected")
    case .ended(let end):
      throw failure("expected \(wanted), but the guest \(end.map(Self.words) ?? "has no power")")
    case .timeReached:
      let what = bench.now >= limit.ticks ? "before the test's limit" : "within \(time)"
      throw failure("expected \(wanted) \(what) of virtual time")
    case .hostTimeSpent: throw failure("expected \(wanted) within \(hostSeconds) s of the host's time")
    }
  }

  private var hostLimit: UInt64 { HostTime.now &+ min(hostSeconds, 1 << 30) &* 1_000_000_000 }

  /// Bench time so long from now, or at the end of the test's own limit.
  private func deadline(_ time: Duration) -> Ticks {
    let wanted = bench.now + VirtualTimeLimit.ticks(time)
    return min(wanted, limit.ticks)
  }

  private func check(_ advance: TestBench.Advance) throws {
    if advance == .hostTimeSpent { throw failure("took more than \(hostSeconds) s of the host's time") }
  }

  private static func words(_ end: MachineEnd) -> String {
    switch end {
    case .passed: "has ended: it passed, or powered the machine off"
    case .failed(let code): "has ended: it failed with code \(code)"
    case .hung(let reason): "hangs: \(reason)"
    }
  }

  func failure(_ problem: String) -> GuestFailure { GuestFailure(problem, guest) }

  // MARK: Looking

  /// What it prints, and what it is to print.
  public nonisolated var console: Console { Console(guest: self) }
  /// What is in its memory.
  public nonisolated var memory: Memory { Memory(guest: self) }

  var consoleText: String { guest.transcript.text }

  /// How it has ended; nil while it runs.
  public var end: MachineEnd? { guest.end }

  /// Virtual time since power-on.
  public var now: Duration { .nanoseconds(Int64(clamping: min(bench.now, .max / 100) * 100)) }

  /// Address of the next instruction of a hart; nil when there is no such hart.
  public func pc(hart: Int = 0) -> UInt32? {
    guest.machine.harts.indices.contains(hart) ? guest.machine.harts[hart].pc : nil
  }

  /// Integer register `number` of a hart; nil when there is no such hart or register.
  public func register(_ number: Int, hart: Int = 0) -> UInt32? {
    guard guest.machine.harts.indices.contains(hart), (0..<32).contains(number) else { return nil }
    return guest.machine.harts[hart][x: number]
  }

  /// Where the guest is and what may be wrong with it, in words.
  public func diagnosis() throws -> String { try guest.explain(instructions: 1).diagnosis }

  /// Counters since the machine was made.
  public var statistics: MachineStatistics { guest.machine.statistics }
}
