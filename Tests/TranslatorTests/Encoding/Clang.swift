import Foundation

/// The Swift toolchain's `clang`, as an independent opinion on how an instruction is encoded.
struct Clang {
  private let folder: URL

  /// Nil where the toolchain found on the PATH has no such tools.
  init?() {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let places = folders.map { URL(filePath: String($0)).appending(path: "swift") }
      .filter { FileManager.default.isExecutableFile(atPath: $0.path) }
      .map { $0.resolvingSymlinksInPath().deletingLastPathComponent() }
    let found = places.first { place in
      ["clang", "llvm-objcopy"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: place.appending(path: $0).path)
      }
    }
    guard let found else { return nil }
    folder = found
  }

  /// The bytes of each of `instructions`, in Intel's syntax.
  func assemble(_ instructions: [String]) throws -> [[UInt8]] {
    let place = FileManager.default.temporaryDirectory.appending(path: "roost-x86-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    var source = ".intel_syntax noprefix\n"
    for (number, instruction) in instructions.enumerated() { source += "L\(number): \(instruction)\n" }
    source += "L\(instructions.count):\n.section lengths, \"a\"\n"
    for number in instructions.indices { source += ".byte L\(number + 1) - L\(number)\n" }
    try Data(source.utf8).write(to: place.appending(path: "code.s"))
    try run("clang", ["--target=x86_64-unknown-linux-gnu", "-c", "code.s", "-o", "code.o"], in: place)
    let code = try section(".text", in: place)
    let lengths = try section("lengths", in: place).map(Int.init)
    guard lengths.count == instructions.count, lengths.reduce(0, +) == code.count else { throw Failure() }
    var start = 0
    return lengths.map { length in
      defer { start += length }
      return Array(code[start..<start + length])
    }
  }

  struct Failure: Error {}

  private func section(_ name: String, in place: URL) throws -> [UInt8] {
    try run("llvm-objcopy", ["-O", "binary", "--only-section=\(name)", "code.o", "section"], in: place)
    return [UInt8](try Data(contentsOf: place.appending(path: "section")))
  }

  private func run(_ tool: String, _ arguments: [String], in place: URL) throws {
    let process = Process()
    process.executableURL = folder.appending(path: tool)
    process.arguments = arguments
    process.currentDirectoryURL = place
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure() }
  }
}
