import Foundation
import Testing

/// A fleet of tiny guests in a folder of its own, with a runtime folder of its own. Whatever runs of it is ended with it.
final class FleetRig {
  /// Of short name: sockets' paths are short.
  let folder: String
  let environment: [String: String]
  private var processes: [Process] = []
  /// Arguments for the shell's `ulimit`, one for each limit of what is begun from now on.
  var limits: [String] = []
  /// Where commands are begun, if not in the fleet's folder.
  var directory: String?

  /// - Parameters:
  ///   - guests: what the fleet file says of each, after its name and before its image, which is of that name.
  ///   - keys: what it says of the fleet.
  init(
    _ guests: [(name: String, image: [UInt8], keys: [String])], name: String = "rig", keys: [String] = []
  ) throws {
    var template = Array("/tmp/roost-rig-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
    environment = ["ROOST_RUNTIME_DIR": folder + "/run", "NO_COLOR": "1"]
    var file = "name: \(name)\n" + keys.map { $0 + "\n" }.joined() + "guests:\n"
    for guest in guests {
      try Data(guest.image).write(to: URL(fileURLWithPath: "\(folder)/\(guest.name).bin"))
      file += "  \(guest.name):\n    image: \(guest.name).bin\n    memory: 1M\n"
      file += guest.keys.map { "    \($0)\n" }.joined()
    }
    try Data(file.utf8).write(to: URL(fileURLWithPath: folder + "/fleet.yaml"))
  }

  deinit {
    for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
    if let monitor { kill(monitor, SIGKILL) }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The process that the fleet's lock names.
  var monitor: Int32? {
    let file = folder + "/run/rig.lock"
    guard let text = try? String(contentsOfFile: file, encoding: .utf8), isSocketThere else { return nil }
    return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  var isSocketThere: Bool { FileManager.default.fileExists(atPath: folder + "/run/rig.sock") }

  /// Begins a command, in the fleet's folder.
  func begin(_ arguments: [String], output: Any? = nil, errors: Any? = nil) throws -> Process {
    let process = Process()
    process.executableURL = Roost.executable
    process.arguments = arguments
    if !limits.isEmpty {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      let script = limits.map { "ulimit \($0) && " }.joined() + "exec \"$0\" \"$@\""
      process.arguments = ["-c", script, Roost.executable.path] + arguments
    }
    process.currentDirectoryURL = URL(fileURLWithPath: directory ?? folder)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output ?? FileHandle.nullDevice
    process.standardError = errors ?? FileHandle.nullDevice
    try process.run()
    processes.append(process)
    return process
  }

  /// Runs a command to its end, for at most thirty seconds.
  func roost(_ arguments: String...) throws -> Roost.Result { try roost(arguments) }

  func roost(_ arguments: [String]) throws -> Roost.Result {
    let files = try TemporaryFolder()
    let (output, errors) = (try files.file("output", []), try files.file("errors", []))
    let process = try begin(
      arguments, output: FileHandle(forWritingTo: output), errors: FileHandle(forWritingTo: errors))
    #expect(eventually(seconds: 30) { !process.isRunning }, "\(arguments) does not end")
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return Roost.Result(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }

  func terminal(_ arguments: [String]) throws -> PseudoTerminal {
    let terminal = try PseudoTerminal(arguments, environment: environment)
    terminal.process.currentDirectoryURL = URL(fileURLWithPath: folder)
    return terminal
  }

  /// What `ps --json` says of a guest's state.
  func state(of guest: String) throws -> String? {
    let result = try roost("ps", "--json")
    let guests = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]]
    return guests?.first { $0["name"] as? String == guest }?["state"] as? String
  }
}

/// Whether something becomes true within some time.
func eventually(seconds: Double = 10, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = Date(timeIntervalSinceNow: seconds)
  while try !condition() {
    guard Date() < deadline else { return false }
    usleep(2000)
  }
  return true
}
