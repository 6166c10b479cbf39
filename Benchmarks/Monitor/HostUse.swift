import Foundation

/// What this process holds of the host, as Linux tells it.
struct HostUse {
  /// Bytes.
  var resident: Int
  var descriptors: Int
  var threads: Int
  var children: Int

  static func measure() -> HostUse {
    let pages = contents("/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return HostUse(
      resident: pages * sysconf(Int32(_SC_PAGESIZE)), descriptors: entries("/proc/self/fd").count - 1,
      threads: entries("/proc/self/task").count, children: countChildren())
  }

  /// What it holds once everything that is being closed is closed: when it is as it was, or does not change any more.
  static func settled(beside other: HostUse?) -> HostUse {
    var (now, before) = (measure(), other)
    for _ in 0..<10 where before.map({ !now.holdsTheSame(as: $0) }) ?? true {
      Thread.sleep(forTimeInterval: 0.2)
      if other == nil { before = now }
      now = measure()
    }
    return now
  }

  private func holdsTheSame(as other: HostUse) -> Bool {
    (descriptors, threads, children) == (other.descriptors, other.threads, other.children)
  }

  /// The dead that nobody has buried included.
  private static func countChildren() -> Int {
    entries("/proc").count { name in
      guard Int(name) != nil else { return false }
      // The name of the program comes before, in brackets, and may hold anything.
      let fields = contents("/proc/\(name)/stat").split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 1 && Int(fields[1]) == Int(getpid())
    }
  }

  private static func entries(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  private static func contents(_ file: String) -> String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }
}

extension HostUse: CustomStringConvertible {
  var description: String {
    "\(format(Double(resident) / 1048576, 1)) MiB resident, \(descriptors) descriptors, \(threads) threads, "
      + "\(children) children"
  }
}
