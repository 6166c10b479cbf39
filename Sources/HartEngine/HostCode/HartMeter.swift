import SystemBus

/// What a hart's engines did and how long that took, from `Hart.startMeter` on.
public struct HartMeter: Sendable {
  /// What a hart may be busy with.
  public enum Activity: Int, Sendable, CaseIterable {
    /// Nothing: it is not being run.
    case none
    /// In host code.
    case hostCode
    /// Carrying out single instructions for host code.
    case slowPath
    case interpreter
    /// Finding the block to go on in, decoding included, and taking interrupts.
    case lookUp
    /// Making host code.
    case translating
  }

  /// In ticks of the host's while it is in use; see `settled`.
  private var times: InlineArray<6, UInt64> = .init(repeating: 0)
  private var activity = Activity.none
  private var since = HostTime.ticks
  private let startTicks = HostTime.ticks
  private let startTime = HostTime.now

  /// Times that the hart looked for the block to go on in.
  public var lookUps: UInt64 = 0
  /// Times that host code was left, and how often that was by an exit that can be linked.
  public var returns: UInt64 = 0
  public var exits: UInt64 = 0
  /// Times that host code was left for an instruction that the jump cache does not hold.
  public var jumpCacheMisses: UInt64 = 0
  /// Instructions that host code had the hart carry out.
  public var slowPaths: UInt64 = 0
  /// Loads and stores, of host code and the interpreter alike, whose page was not in the soft TLB; that reached a device; and
  /// stores to pages that hold code.
  public var misses: UInt64 = 0
  public var deviceAccesses: UInt64 = 0
  public var storesNearCode: UInt64 = 0

  public init() {}

  /// The same with times in nanoseconds: the rate of ticks is what it has been since the start.
  fileprivate var settled: HartMeter {
    let ticks = HostTime.ticks &- startTicks
    let rate = Double(HostTime.now &- startTime) / Double(max(ticks, 1))
    var settled = self
    for index in times.indices { settled.times[index] = UInt64(Double(times[index]) * rate) }
    return settled
  }

  /// Nanoseconds of the host's time; 0 for `none`.
  public func nanoseconds(_ activity: Activity) -> UInt64 { times[activity.rawValue] }

  /// The time from now on is that of another activity.
  /// - Returns: the one before.
  @discardableResult @inline(never)
  mutating func begin(_ next: Activity) -> Activity {
    let now = HostTime.ticks
    times[activity.rawValue] &+= now &- since
    since = now
    defer { activity = next }
    return activity
  }

  /// Adds what another hart did.
  public mutating func add(_ other: HartMeter) {
    for index in times.indices { times[index] &+= other.times[index] }
    lookUps &+= other.lookUps
    returns &+= other.returns
    exits &+= other.exits
    jumpCacheMisses &+= other.jumpCacheMisses
    slowPaths &+= other.slowPaths
    misses &+= other.misses
    deviceAccesses &+= other.deviceAccesses
    storesNearCode &+= other.storesNearCode
  }
}

extension Hart {
  /// Has what the hart does counted and timed, which takes up to 30 ns for each look-up and each slow path. The hart must not be
  /// running.
  public func startMeter() {
    guard meter == nil else { return }
    meter = .allocate(capacity: 1)
    meter?.initialize(to: HartMeter())
  }

  /// What was metered; nil where `startMeter` has not been called.
  public var metered: HartMeter? { meter?.pointee.settled }

  /// Finds the block to go on in: see `findNextBlock`.
  func nextBlock() -> BlockPointer? {
    meter?.pointee.lookUps &+= 1
    return metering(.lookUp) { findNextBlock() }
  }

  /// Does what may take the time of another activity.
  @inline(__always) func metering<Result>(_ activity: HartMeter.Activity, _ body: () -> Result) -> Result {
    // The body stands here once: it may be all of the interpreter.
    let before = meter?.pointee.begin(activity)
    defer { if let before { meter?.pointee.begin(before) } }
    return body()
  }

  /// Takes note of how host code was left.
  func noteReturn(_ exit: UInt32) {
    guard let meter else { return }
    meter.pointee.returns &+= 1
    if exit != 0 { meter.pointee.exits &+= 1 }
    let pc = state.pointee.pc
    if state.pointee.budget > 0, state.pointee.jumpCache[TranslationContext.jumpIndex(pc)].pc != pc {
      meter.pointee.jumpCacheMisses &+= 1
    }
  }
}
