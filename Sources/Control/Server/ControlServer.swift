import Monitor
import Synchronization
import SystemBus

/// Serves those that control a monitor, on a thread of its own. Nothing that a client does or leaves undone holds up
/// the monitor or other clients: everything kept for one is bounded.
public final class ControlServer: Sendable {
  private let mailbox: ServerMailbox
  private let thread: HostThread

  /// - Parameters:
  ///   - listener: where clients connect; nil when only those that are adopted are served.
  ///   - clock: by which clients are found to be idle or stuck.
  public init(
    greeting: Greeting, service: any ControlService, listener: UnixSocket?,
    clock: @escaping ServerClock = { HostTime.now }
  ) throws(ControlError) {
    let mailbox = try ServerMailbox()
    self.mailbox = mailbox
    thread = HostThread(name: "control") {
      ServerLoop(greeting: greeting, service: service, listener: listener, mailbox: mailbox, clock: clock).run()
    }
    guard thread.start() else { throw .noThread(reason: systemErrorText(thread.failure)) }
  }

  /// Serves the client at the other end of `socket`, which belongs to this process.
  public func adopt(_ socket: UnixSocket) { mailbox.post { $0.adopted.append(socket) } }

  /// Has requests that are not answered yet looked at again.
  public func wake() { mailbox.waker.wake() }

  /// Tells clients that watch.
  public func publish(_ event: Event) {
    mailbox.post { if $0.events.count < ServerMailbox.eventLimit { $0.events.append(event) } }
  }

  /// Answers what can be answered, says goodbye, and ends the thread. To be called once.
  public func stop() {
    mailbox.post { $0.isEnding = true }
    thread.join()
  }
}

/// What other threads have for the server's.
final class ServerMailbox: Sendable {
  struct Contents {
    var adopted: [UnixSocket] = []
    var events: [Event] = []
    var isEnding = false
  }

  /// Events that wait for the server's thread at most; what comes then is dropped, so states are also told whenever asked.
  static let eventLimit = 10_000

  let waker: Waker
  private let contents = Mutex(Contents())

  init() throws(ControlError) { waker = try Waker() }

  func post(_ change: (inout sending Contents) -> Void) {
    contents.withLock { change(&$0) }
    waker.wake()
  }

  /// Empties it.
  func collect() -> Contents {
    waker.clear()
    return contents.withLock { contents in
      let all = contents
      contents.adopted = []
      contents.events = []
      return all
    }
  }
}
