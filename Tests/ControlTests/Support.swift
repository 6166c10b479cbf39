import Control
import Foundation
import Synchronization

/// Pseudo-random numbers that are the same in each run.
struct Numbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

/// A console that prints what a test tells it to.
final class FakeFeed: ConsoleFeed {
  private struct State {
    var bytes: [UInt8]
    var dropped: UInt64 = 0
    var isCancelled = false
  }

  private let state: Mutex<State>
  private let notify: @Sendable () -> Void

  init(history: [UInt8], notify: @escaping @Sendable () -> Void) {
    state = Mutex(State(bytes: history))
    self.notify = notify
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Prints, within 256 KiB that nobody has taken yet.
  func print(_ bytes: [UInt8]) {
    state.withLock { state in
      let part = bytes.prefix(max((256 << 10) - state.bytes.count, 0))
      state.bytes += part
      state.dropped += UInt64(bytes.count - part.count)
    }
    notify()
  }

  func take() -> (bytes: [UInt8], dropped: UInt64) {
    state.withLock { state in
      defer { (state.bytes, state.dropped) = ([], 0) }
      return (state.bytes, state.dropped)
    }
  }

  func cancel() { state.withLock { $0.isCancelled = true } }
}

/// Guests that only exist in a test: `a` and `b`.
final class FakeService: ControlService {
  struct State {
    var feeds: [FakeFeed] = []
    var typed: [UInt8] = []
    /// How many more bytes the guest takes.
    var appetite = Int.max
    var requests: [Request] = []
    /// Whether actions have been done, and guests have started.
    var isDone = true
    /// How often it has been said that guests have started.
    var told = 0
    /// What is said of a guest besides its state.
    var note: String?
  }

  let state = Mutex(State())
  let history = Array("before\n".utf8)

  func begin(_ request: Request) -> Answer {
    state.withLock { $0.requests.append(request) }
    switch request {
    case .status:
      var guest = GuestRecord(name: "a", state: "running")
      guest.reason = state.withLock { $0.note }
      return .now(.status(MonitorRecord(fleet: "fake"), [guest]))
    case .act(_, let guests):
      return .later { [self] in
        state.withLock { state in
          state.isDone
            ? .acted(guests.map { ActionResult(guest: $0, state: "stopped", note: state.note) }) : nil
        }
      }
    case .awaitStart:
      return .later { [self] in
        state.withLock { state in
          guard state.isDone else { return nil }
          state.told += 1
          return .acted([ActionResult(guest: "a", state: "running", note: state.note)])
        }
      }
    default: return .now(.done)
    }
  }

  func openConsole(
    of guest: String, history: Int, notify: @escaping @Sendable () -> Void
  ) throws(ControlError) -> any ConsoleFeed {
    guard guest == "a" || guest == "b" else { throw .refused(Refusal(.noSuchGuest, "no guest '\(guest)'")) }
    let feed = FakeFeed(history: Array(self.history.suffix(history)), notify: notify)
    state.withLock { $0.feeds.append(feed) }
    return feed
  }

  func type(_ bytes: [UInt8], on guest: String) -> Int? {
    state.withLock { state in
      let count = min(bytes.count, state.appetite)
      state.typed += bytes.prefix(count)
      state.appetite -= count
      return count
    }
  }
}

/// Time that passes when a test says so.
final class TestClock: Sendable {
  private let nanoseconds = Atomic<UInt64>(1)

  var time: UInt64 { nanoseconds.load(ordering: .sequentiallyConsistent) }
  func advance(seconds: Double) { nanoseconds.add(UInt64(seconds * 1e9), ordering: .sequentiallyConsistent) }
}

/// A server of a fake service, stopped when it is let go.
final class TestServer {
  let service = FakeService()
  let server: ControlServer
  let greeting: Greeting

  init(listener: UnixSocket? = nil, guests: [String] = ["a", "b"], clock: TestClock? = nil) throws {
    greeting = Greeting(fleet: "fake", file: "/fleet.yaml", process: 1, isBackground: false, guests: guests)
    if let clock {
      server = try ControlServer(greeting: greeting, service: service, listener: listener) { clock.time }
    } else {
      server = try ControlServer(greeting: greeting, service: service, listener: listener)
    }
  }

  deinit { server.stop() }

  /// The other end of a connection.
  func socket() throws -> UnixSocket {
    let (ours, theirs) = try UnixSocket.pair()
    server.adopt(theirs)
    return ours
  }

  func connect() throws -> ControlClient { try ControlClient(socket()) }
}

extension ControlClient {
  /// Waits until something comes that `condition` is true of; all that came. Nil after ten seconds.
  func receive(until condition: (Incoming) -> Bool) throws -> [Incoming]? {
    let deadline = Date(timeIntervalSinceNow: 10)
    var all: [Incoming] = []
    while Date() < deadline {
      // What came with it is given too.
      let arrived = try exchange()
      all += arrived
      // Each is looked at, for conditions that count.
      if !arrived.filter(condition).isEmpty { return all }
      var poller = Poller()
      poller.add(descriptor, output: wantsOutput)
      poller.wait(nanoseconds: 100_000_000)
    }
    return nil
  }

  /// What came of one stream.
  static func text(_ incoming: [Incoming], stream: UInt32) -> String {
    let bytes = incoming.flatMap { incoming -> [UInt8] in
      if case .console(stream, let bytes) = incoming { bytes } else { [] }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Whether something becomes true within ten seconds.
func eventually(_ condition: () -> Bool) -> Bool {
  let deadline = Date(timeIntervalSinceNow: 10)
  while !condition() {
    guard Date() < deadline else { return false }
    usleep(1000)
  }
  return true
}
