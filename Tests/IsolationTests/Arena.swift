import Foundation
import Monitor
import Sandbox
import SystemBus

/// One monitor with a hostile guest, and the victim next to it.
final class Arena: Sendable {
  let monitor: Monitor
  let hostile: Guest
  let victim: Guest

  init(
    _ attacker: HostileGuest, _ level: Isolation, workers: Int, beside neighbour: GuestDescription = Arena.victim
  ) throws {
    var configuration = MonitorConfiguration()
    configuration.workers = workers
    configuration.memoryLimit = 32 << 20
    configuration.processExecution = Self.processExecution
    monitor = Monitor(configuration)
    var description = attacker.description
    description.isolation = level
    (hostile, victim) = (try monitor.add([description])[0], try monitor.add([neighbour])[0])
  }

  deinit { monitor.shutDown() }

  /// Waits for a minute at most.
  func wait(_ condition: () -> Bool) -> Bool { monitor.wait(timeout: 60_000_000_000, until: condition) }

  /// Looks, for a minute at most, for something that no event tells of.
  func sees(_ condition: () -> Bool) -> Bool {
    let deadline = HostTime.now + 60_000_000_000
    while !condition() {
      guard HostTime.now < deadline else { return false }
      usleep(1000)
    }
    return true
  }

  // MARK: What is there to compare with

  static let victim = guest("victim-short", as: "victim", memory: 8 << 20)

  /// What a guest says that nobody is next to, and how it ends.
  static func alone(_ description: GuestDescription) throws -> (output: [UInt8], end: Lifecycle) {
    let monitor = Monitor(MonitorConfiguration())
    defer { monitor.shutDown() }
    let guest = try monitor.add([description])[0]
    try guest.start()
    _ = monitor.wait(timeout: 60_000_000_000) { guest.lifecycle.isOver }
    return (guest.console.recent(), guest.lifecycle)
  }

  // MARK: Levels

  /// The isolation levels that this host offers.
  static let levels: [Isolation] = processExecution == nil ? [.thread] : [.thread, .process]

  static let processExecution: ExecutionFactory? = {
    #if os(Linux)
      return try? Sandbox(program: roost).executionFactory
    #else
      return nil
    #endif
  }()

  /// The roost command as built beside the tests: the program of child processes.
  private static let roost: String = {
    if let path = ProcessInfo.processInfo.environment["ROOST_EXECUTABLE"] { return path }
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    while folder.path != "/", !FileManager.default.isExecutableFile(atPath: folder.appending(path: "roost").path) {
      folder.deleteLastPathComponent()
    }
    return folder.appending(path: "roost").path
  }()
}
