#if os(Linux)
  import Boards
  import Foundation
  import Monitor
  import Sandbox
  import SystemBus

  /// The roost command as built beside the tests: the program of all child processes here.
  let roost: String = {
    if let path = ProcessInfo.processInfo.environment["ROOST_EXECUTABLE"] { return path }
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    while folder.path != "/", !FileManager.default.isExecutableFile(atPath: folder.appending(path: "roost").path) {
      folder.deleteLastPathComponent()
    }
    return folder.appending(path: "roost").path
  }()

  /// One of the guests that `make guests` builds.
  func guest(_ name: String, memory: UInt64 = 16 << 20) -> GuestDescription {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var description = GuestDescription(
      name: name, boot: BootDescription(kernel: root.appending(path: "guests/build/\(name).elf").path))
    description.machine.memory = memory
    return description
  }

  /// Runs a guest as a worker would, and gathers what it says.
  final class Driver {
    let execution: any Execution
    private(set) var output = ""
    private(set) var last = SliceReport(outcome: .ran)
    private(set) var processorTime: UInt64 = 0
    private(set) var slices = 0

    init(_ execution: any Execution) { self.execution = execution }

    /// A guest in a child process.
    convenience init(_ description: GuestDescription, program: String = roost) throws {
      self.init(try Sandbox(program: program).executionFactory(description))
    }

    deinit { execution.end() }

    @discardableResult
    func slice(_ nanoseconds: UInt64 = 1_000_000) -> SliceReport.Outcome {
      last = execution.run(for: nanoseconds)
      slices += 1
      processorTime += last.processorTime
      output += String(decoding: last.output, as: UTF8.self)
      if case .idle(let time) = last.outcome { usleep(UInt32(min(time ?? 1_000_000, 1_000_000) / 1000)) }
      return last.outcome
    }

    /// Runs until something is so. False when that takes more than some seconds, or the guest is over before.
    func run(seconds: UInt64 = 20, until isDone: (Driver) -> Bool) -> Bool {
      let deadline = HostTime.now + seconds * 1_000_000_000
      while !isDone(self) {
        if HostTime.now > deadline { return false }
        switch slice() {
        case .ended, .lost: return isDone(self)
        default: break
        }
      }
      return true
    }

    var end: MachineEnd? { if case .ended(let end) = last.outcome { end } else { nil } }
    var loss: String? { if case .lost(let reason) = last.outcome { reason } else { nil } }
  }

  /// A program in Python, in a file that is gone after the test.
  final class Script {
    let path: String
    let process = Process()

    init(_ text: String) throws {
      let file = FileManager.default.temporaryDirectory.appending(path: "roost-script-\(UUID().uuidString)")
      let interpreter = "#!/usr/bin/env -S PATH=/usr/bin:/usr/local/bin:/bin python3"
      let modules = "import fcntl, os, signal, socket, struct, sys, time"
      try Data([interpreter, modules, text, ""].joined(separator: "\n").utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      path = file.path
    }

    /// Starts it. What it prints can be read from the result.
    func start() throws -> FileHandle {
      let pipe = Pipe()
      process.executableURL = URL(fileURLWithPath: path)
      process.standardOutput = pipe
      try process.run()
      return pipe.fileHandleForReading
    }

    deinit {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  func exists(_ process: pid_t) -> Bool { kill(process, 0) == 0 }

  func processFile(_ process: pid_t, _ name: String) -> String {
    (try? String(contentsOfFile: "/proc/\(process)/\(name)", encoding: .utf8)) ?? ""
  }

  func isZombie(_ process: pid_t) -> Bool { processFile(process, "status").contains("State:\tZ") }

  /// Waits for something that has no event.
  func happens(withinSeconds seconds: UInt64, _ condition: () -> Bool) -> Bool {
    let deadline = HostTime.now + seconds * 1_000_000_000
    while !condition() {
      if HostTime.now > deadline { return false }
      usleep(1000)
    }
    return true
  }
#endif
