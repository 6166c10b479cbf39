/// What the scheduler knows of one guest.
package struct Slot {
  package enum State: Equatable {
    case asleep
    case ready
    case throttled
    case running(worker: Int)
  }

  let weight: UInt64
  let isRealtime: Bool
  let pin: Int?
  package var state = State.asleep
  /// Processor time used over weight, wrapping around: see `charge`.
  var virtualTime: UInt64
  /// Since when it has wanted to run; of use while it does and may not.
  var readySince: UInt64
  /// Somebody asked something of it, which is to be looked after at once.
  var hasErrand = false
  /// Woken while it ran, so that it may not go to sleep.
  var wasWoken = false
  /// What its caps leave it; all of them hold.
  private var allowances: [Allowance]
  private var wokenFor: UInt64?
  package private(set) var accounts = ProcessorAccounts()

  /// A real-time guest without a cap leaves this much of a core to the others, in percent.
  static let realtimeCap: Double = 80

  init(_ share: ProcessorShare, virtualTime: UInt64, now: UInt64) {
    weight = UInt64(min(max(share.weight, ProcessorShare.weights.lowerBound), ProcessorShare.weights.upperBound))
    isRealtime = share.latency == .realtime
    pin = share.pin
    self.virtualTime = virtualTime
    readySince = now
    var caps = [share.cap].compactMap { $0 }
    // A cap in instructions does not bound the time that slow ones take.
    if isRealtime, caps.allSatisfy(\.isInInstructions) { caps.append(.percent(Self.realtimeCap)) }
    allowances = caps.map { Allowance($0, now: now) }
  }

  var isUrgent: Bool { isRealtime || hasErrand }

  /// What a slice costs the host beside what the guest used, in nanoseconds: who takes many short ones pays for them.
  private static let sliceCost: UInt64 = 2_000

  /// Nanoseconds at which a guest of this weight advances by this much virtual time.
  private func scaled(_ nanoseconds: UInt64) -> UInt64 { (nanoseconds &<< 10) / weight }

  /// Nothing is saved up while asleep: who wakes is where the others are.
  /// - Parameter due: when it should have been woken; nil when it is only wanted for something.
  mutating func wakeUp(virtualTime now: UInt64, due: UInt64?) {
    // Nor does a guest that slept until the count has wrapped around count as ahead.
    if virtualTime.precedes(now) || (now &+ scaled(1_000_000_000)).precedes(virtualTime) { virtualTime = now }
    guard let due else { return }
    wokenFor = due
    accounts.wakeups &+= 1
  }

  /// How long it must wait before it may go on, if it has used up its cap.
  mutating func throttle(now: UInt64) -> UInt64? {
    for index in allowances.indices { allowances[index].fill(now: now) }
    return allowances.lazy.filter(\.isSpent).map(\.wait).max()
  }

  /// It gets its slice now. How long that may be, in nanoseconds.
  mutating func start(on worker: Int, now: UInt64) -> UInt64 {
    let waited = readySince.precedes(now) ? now &- readySince : 0
    accounts.steal &+= waited
    if let due = wokenFor {
      accounts.wakeLatency.record(due.precedes(now) ? now &- due : 0)
      wokenFor = nil
    }
    hasErrand = false
    state = .running(worker: worker)
    accounts.slices &+= 1
    for index in allowances.indices { allowances[index].fill(now: now) }
    return allowances.lazy.map(\.limit).min() ?? .max
  }

  mutating func charge(
    _ used: UInt64, instructions: UInt64, now: UInt64, virtualTime current: UInt64, lag: UInt64
  ) {
    virtualTime &+= scaled(used &+ Self.sliceCost)
    let furthestBack = current &- scaled(lag)
    if virtualTime.precedes(furthestBack) { virtualTime = furthestBack }
    // Short slices cost more than they use; nobody is to live on that.
    let cost = used < 10 * Self.sliceCost ? used &+ Self.sliceCost : used
    for index in allowances.indices {
      allowances[index].fill(now: now)
      allowances[index].charge(nanoseconds: cost, instructions: instructions)
    }
    accounts.used &+= used
    readySince = now
  }
}

/// What a guest got of the host's processors.
public struct ProcessorAccounts: Equatable, Sendable {
  /// Processor time, in nanoseconds.
  public internal(set) var used: UInt64 = 0
  /// Nanoseconds during which it wanted to run, and did not; waiting for its cap included.
  public internal(set) var steal: UInt64 = 0
  public internal(set) var slices: UInt64 = 0
  public internal(set) var wakeups: UInt64 = 0
  /// From the moment at which it should have been woken to the start of its slice.
  public internal(set) var wakeLatency = LatencyHistogram()
}

extension ProcessorCap {
  fileprivate var isInInstructions: Bool { if case .mips = self { true } else { false } }
}
