import Harness
import Monitor

/// Guests at a point that scenarios start from.
struct StartState: Sendable {
  var bench: BenchSnapshot
  /// What has been captured.
  var values: [String: String]
}

/// Why a scenario cannot start.
enum StartFailure: Error, Sendable {
  /// What it starts from was not run, or failed, and is told of elsewhere.
  case elsewhere(String)
  /// It failed on the way there.
  case failed(TestFailure)
  /// A file that is needed is missing.
  case missing(String)
}

/// The points that scenarios start from, each made once.
final class StateStore: @unchecked Sendable {
  private enum Entry {
    case awaited
    case made(Result<StartState, StartFailure>)
  }

  private let lock = HostLock()
  private let changed = HostCondition()
  private var entries: [StartPoint: Entry] = [:]

  /// - Parameter promised: points that somebody is sure to `put` in.
  init(promised: Set<StartPoint>) {
    for point in promised { entries[point] = .awaited }
  }

  /// The state at `point`: as somebody else has made it or promised to, or as `make` does.
  func state(at point: StartPoint, make: () -> Result<StartState, StartFailure>) -> Result<StartState, StartFailure> {
    lock.lock()
    while let entry = entries[point] {
      if case .made(let result) = entry {
        lock.unlock()
        return result
      }
      changed.wait(lock)
    }
    entries[point] = .awaited
    lock.unlock()
    let result = make()
    put(result, at: point)
    return result
  }

  func put(_ result: Result<StartState, StartFailure>, at point: StartPoint) {
    lock.withLock { entries[point] = .made(result) }
    changed.broadcast()
  }

  /// Whether nobody has put in yet what was promised.
  func isAwaited(_ point: StartPoint) -> Bool {
    lock.withLock {
      if case .awaited? = entries[point] { true } else { false }
    }
  }
}
