import Boards
import Harness

/// Where the built guests are.
let guestsFolder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/guests/build"

func files(_ kernel: String, name: String = "guest", harts: Int = 1, memory: UInt64 = 16 << 20) throws -> GuestFiles {
  var setup = GuestSetup(name: name, boot: BootDescription(kernel: "\(guestsFolder)/\(kernel)"))
  setup.machine.harts = harts
  setup.machine.memory = memory
  return try GuestFiles(setup)
}

extension TestBench {
  /// Waits for a text of the first guest, for at most ten seconds.
  func expect(_ text: String) -> Bool {
    if case .found = expect([ConsolePattern(text)], from: guests[0], within: 100_000_000) { return true }
    return false
  }
}
