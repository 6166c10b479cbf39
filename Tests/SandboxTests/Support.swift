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

/// A guest that computes for ever: `j .` would be seen to hang, so it counts.
func busyGuest() throws -> GuestDescription {
  let words: [UInt32] = [0x0012_8293, 0xFFDF_F06F]  // 1: addi t0, t0, 1; j 1b
  let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  let file = FileManager.default.temporaryDirectory.appending(path: "roost-busy-\(UUID().uuidString).bin")
  try Data(bytes).write(to: file)
  var description = GuestDescription(name: "busy", boot: BootDescription(kernel: file.path))
  description.machine.memory = 1 << 20
  description.boot.firmware = "none"
  return description
}
