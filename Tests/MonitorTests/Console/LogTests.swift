import Foundation
import Monitor
import Synchronization
import Testing

@Suite("Console logs")
struct LogTests {
  @Test(
    "a log holds what was said, is appended to, and is complete once the guest was removed and the monitor shut down")
  func complete() throws {
    let folder = try TemporaryFolder()
    for turn in 1...2 {
      let laboratory = Laboratory()
      let guest = try laboratory.add("guest", "say turn \(turn);pass") { $0.console.log = folder.path("log") }
      try guest.start()
      laboratory.until(guest, is: "stopped")
      if turn == 2 { try laboratory.monitor.remove(guest) }
      laboratory.monitor.shutDown()
    }
    #expect(folder.contents("log") == "turn 1\nturn 2\n")
  }

  @Test("files are changed when they are full, and the oldest go", arguments: [1, 2, 3])
  func rotation(_ count: Int) throws {
    let folder = try TemporaryFolder()
    var file = LogFile(path: folder.path("log"), limit: 4096, count: count)
    let lines = (0..<1024).map { String($0 + 1_000_000) + String(repeating: ".", count: 8) + "\n" }
    for line in lines { #expect(file.append(Array(line.utf8)) == nil) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(names == Array(["log", "log.1", "log.2"].prefix(count)))
    // 16 bytes each: 256 lines fill a file, and a full one is only left when there is more.
    let kept = names.reversed().compactMap(folder.contents).joined()
    #expect(kept == lines.suffix(256 * count).joined())
  }

  @Test("a file larger than its limit makes room, and where there is no room to make nothing is written")
  func noRoom() throws {
    let folder = try TemporaryFolder()
    _ = FileManager.default.createFile(atPath: folder.path("log"), contents: Data(count: 10_000))
    var file = LogFile(path: folder.path("log"), limit: 4096, count: 2)
    #expect(file.append(Array("new".utf8)) == nil)
    #expect(folder.contents("log") == "new")
    // A folder cannot be replaced by a file.
    let other = try TemporaryFolder()
    _ = FileManager.default.createFile(atPath: other.path("log"), contents: Data(count: 10_000))
    try FileManager.default.createDirectory(atPath: other.path("log.1/x"), withIntermediateDirectories: true)
    var stuck = LogFile(path: other.path("log"), limit: 4096, count: 2)
    #expect(stuck.append(Array("new".utf8)) != nil)
    #expect(stuck.append(Array("new".utf8)) != nil)
    #expect(other.contents("log")?.utf8.count == 10_000)
  }

  /// Lets a guest talk into a log at `path` that cannot be written; what the user is told of it.
  private func notices(path: String) throws -> [String] {
    let laboratory = Laboratory()
    let guest = try laboratory.add { $0.console.log = path }
    try guest.start()
    for number in 1...20 {
      guest.tell("say \(number)")
      laboratory.until("it talks on") { guest.said.hasSuffix("\(number)\n") }
    }
    laboratory.untilQuietly("the user is told") { laboratory.events.contains { $0.contains("console log") } }
    #expect(guest.lifecycle == .running)
    laboratory.monitor.shutDown()
    return laboratory.events.filter { $0.contains("console log") }
  }

  @Test(
    "a log that cannot be written costs the log and not the guest, and is told of once",
    arguments: [
      ("/dev/full", "No space left on device"), ("/nowhere/at/all", "No such file or directory"),
      ("/", "Is a directory"),
    ])
  func unwritable(_ path: String, _ reason: String) throws {
    guard path != "/dev/full" || FileManager.default.fileExists(atPath: path) else { return }
    #expect(
      try notices(path: path)
        == ["guest: console log \(path): cannot be written: \(reason); output is lost until it can be"])
  }

  @Test("a pipe that nobody reads any more is an error, and ends nothing")
  func brokenPipe() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let laboratory = Laboratory()
    let guest = try laboratory.add { $0.console.log = path }
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    try guest.start()
    guest.tell("say heard")
    var byte: UInt8 = 0
    laboratory.untilQuietly("it is read") { read(reader, &byte, 1) == 1 }
    close(reader)
    guest.tell("say unheard")
    laboratory.untilQuietly("the user is told") { laboratory.events.contains { $0.contains("console log") } }
    #expect(guest.lifecycle == .running)
  }
}
