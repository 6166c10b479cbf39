/// What happens in a monitor. Events arrive on its threads; whoever handles one must be quick.
public enum MonitorEvent: Sendable {
  case lifecycle(Guest, Lifecycle)
  /// Its machine has been made and runs.
  case started(Guest)
  /// The guest has said something.
  case console(Guest)
  /// It has said something that another guest may wait for.
  case said(Guest)
  /// Something that the user should know of, in words.
  case notice(Guest, String)
}

/// Ends an observation of a monitor.
public final class Observation: Sendable {
  private let core: MonitorCore
  private let number: Int

  init(_ core: MonitorCore, _ number: Int) {
    self.core = core
    self.number = number
  }

  /// Nothing is told any more, but for an event that is being told now.
  public func cancel() { core.endObserving(number) }
}
