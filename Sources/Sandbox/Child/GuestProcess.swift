#if os(Linux)
  import Boards
  import CHost
  import Glibc
  import Monitor

  /// What a child does from its start to its end.
  public enum GuestProcess {
    /// Locks this process down and does what the monitor wants of it.
    /// - Returns: only when this process is no child of a monitor; the reason, for the user.
    public static func run() -> String {
      let channel = Channel(descriptor: Inheritance.channel)
      guard case .message(let message) = channel.receive(), let setup = try? Setup(message) else {
        return "this command is how roost starts its own children, and of no use by itself"
      }
      do {
        try serve(setup, on: channel)
      } catch {
        say(.refused("\(error)"), on: channel)
      }
      // Without what a program does at its end, which may need what is not allowed any more.
      _exit(0)
    }

    private static func serve(_ setup: Setup, on channel: Channel) throws {
      switch setup.purpose {
      case .probe: say(.ready(try LockDown(setup).apply()), on: channel)
      case .attempt(let escape):
        say(.ready(try LockDown(setup).apply()), on: channel)
        let result = escape.attempt()
        say(.refused(result < 0 ? "refused: \(errnoText(CInt(-result)))" : Escape.success), on: channel)
      case .guest:
        let server = try GuestServer(setup)
        let features = try LockDown(setup).apply()
        try server.boot()
        say(.ready(features), on: channel)
        // Most of what it took to come this far is never needed again.
        chost_release_text()
        server.serve(channel)
      }
    }

    private static func say(_ reply: Reply, on channel: Channel) { _ = channel.send(reply.bytes) }
  }
#endif
