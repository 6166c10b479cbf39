import Foundation

/// A process that runs programs, so that one that crashes or hangs the emulator is found like any other.
final class WorkerProcess {
  enum Answer {
    case outcome(CaseOutcome)
    case crashed(signal: Int32)
    case hung
  }

  /// A program that takes longer than so many seconds hangs.
  private static let patience: Int32 = 300

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var pending: [UInt8] = []

  init(arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // So that the end of the child is the end of its output.
    try output.fileHandleForWriting.close()
    try input.fileHandleForReading.close()
  }

  func run(_ program: LockstepCase) throws -> Answer {
    // A child that is gone is noticed at its answer.
    try? input.fileHandleForWriting.write(contentsOf: Data((program.line + "\n").utf8))
    guard let line = try nextLine() else {
      if process.isRunning, hasTimedOut {
        stop()
        return .hung
      }
      process.waitUntilExit()
      return .crashed(signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : 0)
    }
    return .outcome(try JSONDecoder().decode(CaseOutcome.self, from: Data(line)))
  }

  private var hasTimedOut = false

  private func nextLine() throws -> [UInt8]? {
    let descriptor = output.fileHandleForReading.fileDescriptor
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        defer { pending.removeSubrange(...end) }
        return Array(pending[..<end])
      }
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = Foundation.poll(&poll, 1, Self.patience * 1000)
      if ready < 0, errno == EINTR { continue }
      hasTimedOut = ready == 0
      guard ready > 0 else { return nil }
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return nil }
      pending += buffer[..<count]
    }
  }

  func stop() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}
