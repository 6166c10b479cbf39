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
      do throws(LockDownError) {
        let features = try LockDown(setup).apply()
        switch setup.purpose {
        case .probe: say(.ready(features), on: channel)
        case .attempt(let trial):
          say(.ready(features), on: channel)
          say(.refused(trial.escape.attempt()), on: channel)
        case .guest: serve(setup, features, on: channel)
        }
      } catch {
        say(.refused(error.description), on: channel)
      }
      // Without what a program does at its end, which may need what is not allowed any more.
      _exit(0)
    }

    private static func say(_ reply: Reply, on channel: Channel) { _ = channel.send(reply.bytes) }

    private static func serve(_ setup: Setup, _ features: [SandboxFeature], on channel: Channel) {
      let server: GuestServer
      do {
        server = try GuestServer(setup)
      } catch {
        return say(.refused("\(error)"), on: channel)
      }
      say(.ready(features), on: channel)
      chost_release_text()
      while case .message(let message) = channel.receive(), let request = try? Request(message) {
        guard channel.send(Reply.slice(server.answer(request)).bytes) else { return }
      }
    }
  }
#endif
