import Boards
import Snapshots
import SystemBus

/// A guest's machine, on whichever side of an isolation boundary it lives. One thread at a time uses it, except for its
/// doorbell.
public protocol Execution: AnyObject {
  /// Makes a running slice end soon; any thread may ring it.
  var doorbell: Doorbell { get }

  /// Runs for about so many nanoseconds of host time, less when there is nothing to do or the doorbell rings.
  /// - Parameter horizon: the machine time that it is not run beyond under virtual time.
  func run(for nanoseconds: UInt64, until horizon: Ticks) -> SliceReport

  /// Puts bytes behind what is typed on the console already; the guest takes them as it reads.
  func type(_ bytes: [UInt8])

  /// As pressing the machine's reset button.
  func reset()

  /// Stops the machine's time while it is paused, so that the guest does not see how long that took.
  func hold()
  /// Lets the machine's time go on.
  func release()

  /// What the guest's memory takes of the host, measured now.
  func measureMemory() -> MemoryUse

  /// The guest as it is now, with what is typed and it has not taken; it goes on unharmed. An error tells people why there
  /// is none.
  func snapshot() throws -> SavedGuest

  /// Ends the machine and frees what it holds. Nothing else is called afterwards.
  func end()
}

extension Execution {
  /// The same with no such bound.
  public func run(for nanoseconds: UInt64) -> SliceReport { run(for: nanoseconds, until: .max) }

  public func snapshot() throws -> SavedGuest { throw NoSnapshots() }
}

/// A machine that no snapshot can be made of.
private struct NoSnapshots: Error, CustomStringConvertible {
  var description: String { "machines of its kind cannot be" }
}

/// What a slice of a guest's time came to.
public struct SliceReport: Sendable {
  public enum Outcome: Equatable, Sendable {
    /// There is more to run.
    case ran
    /// All harts wait. Nothing will happen for so many nanoseconds (nil: for ever) unless input arrives.
    case idle(nanoseconds: UInt64?)
    case ended(MachineEnd)
    /// The machine is no more, through no doing of its own that it could report: why, in words.
    case lost(reason: String)
  }

  public var outcome: Outcome
  /// Console output, at most `outputLimit` bytes.
  public var output: [UInt8] = []
  /// Bytes that the guest sent beyond that.
  public var dropped: UInt64 = 0
  /// Typed bytes that the guest has not taken yet.
  public var waitingInput = 0
  /// Processor time that the slice took elsewhere than on the calling thread, in nanoseconds.
  public var processorTime: UInt64 = 0
  /// Since the machine was made.
  public var statistics = MachineStatistics()
  /// Machine time under virtual time; 0 under host time.
  public var virtualTime: Ticks = 0
  /// Whether under virtual time nothing can happen any more unless input arrives.
  public var waitsForInput = false

  /// Most bytes of output that one slice can report.
  public static let outputLimit = 256 << 10

  public init(outcome: Outcome) { self.outcome = outcome }
}

/// Bytes of host memory behind a guest.
public struct MemoryUse: Codable, Equatable, Sendable {
  /// Held now, RAM, decoded code and everything else that is the guest's own.
  public var resident: UInt64 = 0
  /// RAM that the guest has touched since it was started.
  public var touched: UInt64 = 0

  public init() {}
}

/// Makes the machine of a guest; throws an error whose description says, for people, why that cannot be done.
public typealias ExecutionFactory = @Sendable (GuestDescription) throws -> any Execution

/// What a guest goes on from.
public enum GuestOrigin: Sendable {
  case file(String)
  case memory(SavedGuest)
}

/// Makes the machine of a guest that goes on from a snapshot; throws as `ExecutionFactory` does.
public typealias RestorationFactory = @Sendable (GuestDescription, GuestOrigin) throws -> any Execution
