import Foundation
import Testing

@Suite struct BadInputTests {
  /// What is wrong: options after the kernel, the exit code, and words of the message.
  private static let mistakes: [(options: [String], status: Int32, words: String)] = [
    (["--memory", "64Q"], 64, "--memory"),
    (["--memory", "3G"], 64, "2G"),
    (["--memory", "1K"], 64, "64K"),
    (["--harts", "0"], 64, "--harts"),
    (["--harts", "9"], 64, "1 to 8"),
    (["--isa", "rv64gc"], 64, "--isa"),
    (["--isa", "rv32imaq"], 64, "'q'"),
    (["--timeout", "30"], 64, "--timeout"),
    (["--clock", "sundial"], 64, "--clock"),
    (["--nonsense"], 64, "--nonsense"),
    (["--initrd", "/nonexistent/initrd"], 66, "/nonexistent/initrd"),
    (["--firmware", "/nonexistent/firmware"], 66, "/nonexistent/firmware"),
    (["--dtb", "/nonexistent/dtb"], 66, "/nonexistent/dtb"),
    (["--dtb", "/dev/null"], 66, "/dev/null"),
    (["--load", "/etc/passwd@0x10"], 65, "/etc/passwd"),
    (["--load", "/etc/passwd@12z"], 64, "12z"),
    (["--trace", "/nonexistent/trace"], 73, "/nonexistent/trace"),
    (["--dump-dtb", "/nonexistent/dtb"], 73, "/nonexistent/dtb"),
  ]

  @Test(arguments: 0..<Self.mistakes.count)
  func badOptionsAreOneLineAndStartNothing(index: Int) throws {
    let mistake = Self.mistakes[index]
    let result = try Roost.run(guest: TinyGuest.hello, mistake.options)
    #expect(result.status == mistake.status, "\(result.errors)")
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("roost: "))
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    #expect(result.errors.contains(mistake.words), "\(result.errors)")
  }

  private func check(_ path: String, _ options: [String] = [], status: Int32, _ words: String) throws {
    let result = try Roost.run(["run", path, "--timeout", "20s"] + options)
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.hasPrefix("roost: "))
    #expect(result.errors.contains(path))
    #expect(result.errors.contains(words), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test func badKernelsAreNamed() throws {
    let files = try TemporaryFolder()
    try check(files.path("missing"), status: 66, "No such file")
    try check(files.url.path, status: 66, "directory")
    try check(files.file("empty", []).path, status: 65, "empty")
    try check(files.file("short", Array("\u{7F}ELF".utf8)).path, status: 65, "truncated")
    var header = [UInt8](repeating: 0, count: 64)
    header.replaceSubrange(0..<7, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1])
    header[18] = 243
    try check(files.file("wide", header).path, status: 65, "64-bit")
    header[4] = 1
    header[18] = 62
    try check(files.file("foreign", header).path, status: 65, "x86-64")
    try check(files.file("text", Array("#!/bin/sh\necho no kernel\n".utf8)).path, status: 65, "text")
  }

  @Test func anInitrdThatDoesNotFitIsNamed() throws {
    let files = try TemporaryFolder()
    let initrd = try files.file("initrd", Array(repeating: 0, count: 2 << 20))
    let result = try Roost.run(guest: TinyGuest.hello, ["--memory", "1M", "--initrd", initrd.path])
    #expect(result.status == 65)
    #expect(result.errors.contains(initrd.path))
    #expect(result.output == "")
  }

  @Test func aDamagedDeviceTreeIsNamed() throws {
    let files = try TemporaryFolder()
    let tree = try files.file("tree", Array("this is no device tree, but long enough for one".utf8))
    let result = try Roost.run(guest: TinyGuest.hello, ["--dtb", tree.path])
    #expect(result.status == 65)
    #expect(result.errors.contains(tree.path))
  }

  @Test func withoutAKernelTheUsageIsTold() throws {
    let result = try Roost.run(["run"])
    #expect(result.status == 64)
    #expect(result.errors.contains("<kernel>"))
  }
}
