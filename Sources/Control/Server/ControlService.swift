/// What a server serves: the requests' meaning. Called on the server's thread alone, and must not block.
public protocol ControlService: AnyObject, Sendable {
  /// Begins to do what is asked.
  func begin(_ request: Request) -> Answer

  /// The guests that there are now; nil for those of the greeting.
  var guests: [String]? { get }

  /// A guest's console from now on, its last `history` bytes first. `notify` is called on any thread when there is
  /// something to take.
  func openConsole(
    of guest: String, history: Int, notify: @escaping @Sendable () -> Void
  ) throws(ControlError) -> any ConsoleFeed

  /// Types on a guest's console. How many bytes were taken; the others may be tried again later. Nil for never.
  func type(_ bytes: [UInt8], on guest: String) -> Int?
}

extension ControlService {
  public var guests: [String]? { nil }
}

/// When a request will be answered.
public enum Answer: Sendable {
  case now(Reply)
  /// As soon as this gives one. It is asked whenever something has happened, even when who wanted to know has gone, and
  /// asked again for what it gave when that could not be told yet.
  case later(@Sendable () -> Reply?)
}

/// What is told of a console, with a bounded memory.
public protocol ConsoleFeed: AnyObject, Sendable {
  /// What there is, and how many bytes before that did not fit.
  func take() -> (bytes: [UInt8], dropped: UInt64)
  func cancel()
}
