import Foundation

/// The memory and processor time of a guest that waits at its prompt.
struct IdleMemory: Codable {
  /// KiB of the process in memory.
  var residentKiB: Int
  /// KiB of that which are guest RAM that the guest has touched; nil where the host does not tell.
  var guestRAMKiB: Int?
  /// Milliseconds of processor time in one second of idling; nil where the host does not tell.
  var idleMilliseconds: Double?

  /// KiB beyond the guest's touched RAM.
  var ownKiB: Int { residentKiB - (guestRAMKiB ?? 0) }
}

extension IdleMemory {
  /// Boots to the prompt, lets the machine idle for a second, and looks at the process.
  ///
  /// - Parameter megabytes: the size of guest RAM, by which its mapping is recognised.
  init?(_ invocation: Invocation, prompt: String, megabytes: Int) throws {
    var seen: IdleMemory?
    let outcome = try run(invocation, until: prompt, timeout: 60) { process in
      Thread.sleep(forTimeInterval: 0.2)
      let before = processorMilliseconds(of: process)
      Thread.sleep(forTimeInterval: 1)
      let after = processorMilliseconds(of: process)
      guard var memory = IdleMemory(process: process, megabytes: megabytes) else { return }
      if let before, let after { memory.idleMilliseconds = after - before }
      seen = memory
    }
    guard outcome.marker != nil else {
      throw BootRaceError.never(
        name: "idle memory", event: "\"\(prompt)\"", status: outcome.status, output: String(outcome.text.suffix(400)))
    }
    guard let seen else { return nil }
    self = seen
  }

  /// Reads /proc/PID/smaps: each mapping's header line, then its sizes in KiB.
  private init?(process: Int32, megabytes: Int) {
    guard let maps = try? String(contentsOfFile: "/proc/\(process)/smaps", encoding: .utf8) else { return nil }
    var resident = 0, guest = 0, size = 0
    for line in maps.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 2, let kilobytes = Int(words[1]) else { continue }
      if words[0] == "Size:" { size = kilobytes }
      if words[0] == "Rss:" {
        resident += kilobytes
        // RAM is by far the largest mapping that is read and written; it may be split where protections differ.
        if size >= megabytes * 1024 / 2, size <= megabytes * 1024 * 2 { guest += kilobytes }
      }
    }
    self.init(residentKiB: resident, guestRAMKiB: guest)
  }
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
