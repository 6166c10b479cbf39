import Boards
import GuestImage
import HartEngine
import Peripherals
import SystemBus

/// A guest that is tested: a machine under virtual time, and what a test knows of it. One thread at a time uses it.
///
/// Time passes only when the bench that it belongs to advances, and input enters only between two such steps: what the
/// guest does is a function of its files and of what the test does to it.
public final class TestGuest {
  public let files: GuestFiles
  public let machine: VirtMachine
  private let sink: TranscriptSink
  private let input: TypedInput
  /// No power: it does nothing until it is reset.
  public private(set) var isOff = false
  /// Does nothing, and its time stands still, until it is told to go on.
  public var isPaused = false
  /// Bench time minus machine time, in ticks.
  var lag: Ticks
  /// What has been done to the guest since `origin`.
  private(set) var events: [Event] = []
  /// Where `events` begin.
  private(set) var origin: GuestSnapshot

  /// Something that a test did to a guest.
  struct Event: Sendable {
    enum Kind: Sendable {
      case type([UInt8])
      case inject(Injection)
      case reset
    }

    /// Machine time.
    var time: Ticks
    var kind: Kind
  }

  public var name: String { files.setup.name }
  public var transcript: Transcript { sink.transcript }
  /// How the guest has ended; nil while it runs.
  public var end: MachineEnd? { machine.end }

  /// A guest at power-on.
  /// - Parameter now: bench time, in ticks.
  init(_ files: GuestFiles, now: Ticks) throws(HarnessError) {
    self.files = files
    let sink = TranscriptSink()
    do throws(MemoryError) {
      machine = try VirtMachine(files.configuration, console: sink, ram: .freezable)
    } catch {
      throw .noMemory(guest: files.setup.name, error)
    }
    do throws(ImageError) {
      try machine.start(files.images)
    } catch {
      throw .cannotPlace(guest: files.setup.name, error)
    }
    self.sink = sink
    input = TypedInput(for: machine.uart)
    lag = now
    do throws(MemoryError) {
      origin = GuestSnapshot(files: files, machine: try machine.snapshot())
    } catch {
      throw .noMemory(guest: files.setup.name, error)
    }
  }

  /// A guest that goes on from a snapshot.
  init(_ snapshot: GuestSnapshot, now: Ticks) throws(HarnessError) {
    files = snapshot.files
    let sink = TranscriptSink()
    sink.transcript = snapshot.transcript
    do throws(SnapshotError) {
      machine = try VirtMachine(snapshot.machine, console: sink)
    } catch {
      throw .snapshot(guest: snapshot.files.setup.name, error)
    }
    self.sink = sink
    input = TypedInput(for: machine.uart)
    input.append(snapshot.typed)
    isOff = snapshot.isOff
    isPaused = snapshot.isPaused
    lag = now &- machine.now
    origin = snapshot
  }

  /// The guest as it is now. It goes on unharmed.
  public func snapshot() throws(HarnessError) -> GuestSnapshot {
    do throws(MemoryError) {
      var snapshot = GuestSnapshot(files: files, machine: try machine.snapshot())
      snapshot.transcript = transcript
      snapshot.typed = Array(input.waiting)
      snapshot.isOff = isOff
      snapshot.isPaused = isPaused
      return snapshot
    } catch {
      throw .noMemory(guest: name, error)
    }
  }

  /// Has a later `replay` begin here.
  public func mark() throws(HarnessError) {
    origin = try snapshot()
    events = []
  }

  // MARK: What a test does

  /// Types on the console.
  public func type(_ bytes: [UInt8]) {
    events.append(Event(time: machine.now, kind: .type(bytes)))
    input.append(bytes)
  }

  /// Powers the guest on again, whether it runs, has ended, or has no power. Expectations go on behind what it has printed.
  public func reset() {
    events.append(Event(time: machine.now, kind: .reset))
    isOff = false
    sink.transcript.read(upTo: transcript.end)
    machine.requestReset()
  }

  /// Lets something happen to the guest.
  /// - Returns: false when there is no such thing as it is about.
  public func inject(_ injection: Injection) -> Bool {
    events.append(Event(time: machine.now, kind: .inject(injection)))
    switch injection {
    case .flipMemory(let address, let bit): return machine.flipBit(bit, at: address)
    case .flipRegister(let register, let bit, let hart):
      guard machine.harts.indices.contains(hart), (0..<32).contains(bit) else { return false }
      let value = UInt32(1) << UInt32(bit)
      switch register {
      case .integer(let number): machine.harts[hart][x: number] ^= value
      case .pc: machine.harts[hart].pc ^= value
      }
      return true
    case .interrupt(let source): return machine.pulse(interrupt: source)
    case .stall(let hart, let ticks):
      let now = machine.now
      return machine.stall(hart: hart, until: now > .max - ticks ? .max : now + ticks)
    case .clock(let ticks):
      // The bench's time does not jump with it.
      let now = machine.now
      machine.jumpClock(by: ticks)
      lag = lag &- (machine.now &- now)
      return true
    case .powerCut:
      isOff = true
      machine.ram.clear()
      machine.codeCache.flush()
      return true
    }
  }

  /// Expectations go on behind `position`.
  public func read(upTo position: Int) { sink.transcript.read(upTo: position) }

  /// Expectations begin with the oldest output again.
  public func rewind() { sink.transcript.rewind() }

  // MARK: Running

  /// Whether it will print nothing more unless it is reset.
  public var isFinished: Bool { isOff || machine.end != nil }

  /// Whether time has nothing to do with it now.
  var isAsleep: Bool { isOff || isPaused || machine.end != nil }

  /// Runs until bench time `time`. When it will do something next, in bench time, if nothing comes from outside.
  func advance(to time: Ticks) -> Ticks {
    guard !isAsleep else { return .max }
    switch machine.run(until: time &- lag) {
    case .ran: return time
    case .idle(until: .max), .ended: return .max
    case .idle(let deadline): return deadline > .max - 1 - lag ? .max - 1 : max(deadline &+ lag, time)
    }
  }

  /// Bench time has passed without it.
  func sleep(from start: Ticks, to end: Ticks) { lag = lag &+ (end &- start) }

  /// Takes events up from a recording, for a replay.
  func carryOut(_ event: Event) {
    switch event.kind {
    case .type(let bytes): type(bytes)
    case .inject(let injection): _ = inject(injection)
    case .reset: reset()
    }
  }
}

/// Something that happens to a guest from outside, as a fault or an accident.
public enum Injection: Equatable, Sendable {
  public enum Register: Equatable, Sendable {
    /// `x0`…`x31`.
    case integer(Int)
    case pc
  }

  /// A bit, 0…7, of the byte of RAM at a physical address.
  case flipMemory(address: UInt32, bit: Int)
  /// A bit, 0…31, of a register.
  case flipRegister(Register, bit: Int, hart: Int)
  /// A request on a PLIC source that comes and goes.
  case interrupt(source: Int)
  /// A hart does nothing for so many ticks.
  case stall(hart: Int, ticks: Ticks)
  /// The machine's clock jumps ahead by so many ticks.
  case clock(ticks: Ticks)
  /// The machine stops at once and its RAM is lost; only a reset brings it back.
  case powerCut
}
