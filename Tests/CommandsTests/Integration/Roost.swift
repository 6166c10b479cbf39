import Foundation
import Testing

/// The command as built beside the tests, or the one that ROOST_EXECUTABLE names.
struct Roost {
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  static let executable: URL = {
    if let path = ProcessInfo.processInfo.environment["ROOST_EXECUTABLE"] { return URL(fileURLWithPath: path) }
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    // The tests of macOS stand deeper, in a bundle.
    while folder.path != "/", !FileManager.default.isExecutableFile(atPath: folder.appending(path: "roost").path) {
      folder.deleteLastPathComponent()
    }
    return folder.appending(path: "roost")
  }()

  /// Runs the command to its end.
  static func run(_ arguments: [String], input: [UInt8] = []) throws -> Result {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let files = try TemporaryFolder()
    // Files rather than pipes: nobody has to empty them meanwhile.
    let input = try FileHandle(forReadingFrom: files.file("input", input))
    let output = try files.file("output", [])
    let errors = try files.file("errors", [])
    process.standardInput = input
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Result(
      status: status, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }

  /// Runs `roost run` on a guest.
  static func run(guest: [UInt8], _ arguments: [String] = [], input: [UInt8] = []) throws -> Result {
    let files = try TemporaryFolder()
    let kernel = try files.file("guest.bin", guest)
    return try run(["run", kernel.path, "--timeout", "20s"] + arguments, input: input)
  }
}

/// A folder that is gone after the test.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "roost-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file.
  func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
    let file = url.appending(path: name)
    try Data(bytes).write(to: file)
    return file
  }

  /// The path of a file that may not be there.
  func path(_ name: String) -> String { url.appending(path: name).path }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}
