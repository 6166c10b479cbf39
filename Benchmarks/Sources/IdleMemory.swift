import Foundation

/// The memory and processor time of a guest that waits at its prompt.
struct IdleMemory: Codable {
  /// KiB of the whole process in memory, the RAM that the guest has touched included.
  var residentKiB: Int
  /// Milliseconds of processor time in one second of idling.
  var idleMilliseconds: Double
}

extension IdleMemory {
  /// Boots to the prompt, lets the machine idle for a second, and looks at the process. Nil where the host does not tell.
  init?(_ invocation: Invocation, prompt: String) throws {
    var seen: IdleMemory?
    let outcome = try run(invocation, until: prompt, timeout: 60) { process in
      Thread.sleep(forTimeInterval: 0.2)
      guard let before = processorMilliseconds(of: process) else { return }
      Thread.sleep(forTimeInterval: 1)
      guard let after = processorMilliseconds(of: process), let resident = residentSize(of: process) else { return }
      seen = IdleMemory(residentKiB: resident, idleMilliseconds: after - before)
    }
    guard outcome.marker != nil else {
      throw BootRaceError.never(
        name: "idle memory", event: "\"\(prompt)\"", status: outcome.status, output: String(outcome.text.suffix(400)))
    }
    guard let seen else { return nil }
    self = seen
  }
}

/// What a process has in memory, in KiB (/proc/PID/status, VmRSS).
private func residentSize(of process: Int32) -> Int? {
  let lines = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8))?.split(separator: "\n")
  let words = lines?.first { $0.hasPrefix("VmRSS:") }?.split(whereSeparator: \.isWhitespace)
  return words.flatMap { $0.count > 1 ? Int($0[1]) : nil }
}

/// User and system time that a process has taken so far, in milliseconds (/proc/PID/stat, fields 14 and 15).
private func processorMilliseconds(of process: Int32) -> Double? {
  guard let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
    let name = line.lastIndex(of: ")")
  else { return nil }
  let fields = line[name...].split(separator: " ")
  guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
  return (user + system) * 1000 / Double(sysconf(Int32(_SC_CLK_TCK)))
}
