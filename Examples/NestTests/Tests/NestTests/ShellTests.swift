import RoostTesting
import Testing

/// `make guests` in the root of the repository builds the kernel.
private let kernel = #filePath.split(separator: "/").dropLast(5).reduce("") { $0 + "/" + $1 } + "/guests/build/nest.elf"

@Suite(.virtualTimeLimit(.seconds(60))) struct ShellTests {
  private func shell(harts: Int = 1) async throws -> Guest {
    let vm = try await Guest(kernel: kernel, memory: 16 << 20, harts: harts)
    try await vm.console.expect("nest> ", not: ["panic"])
    return vm
  }

  @Test(arguments: ["one", "two words", "~!@#%^&*()"]) func echoSaysWhatItIsGiven(words: String) async throws {
    let vm = try await shell()
    await vm.send("echo \(words)\n")
    try await vm.console.expect("\n\(words)\n")
  }

  @Test(arguments: [1, 4]) func theKernelTestsItself(harts: Int) async throws {
    let vm = try await Guest(kernel: kernel, append: "selftest", memory: 16 << 20, harts: harts)
    try await vm.console.expect("nest: self-test passed", not: ["FAILED", "panic"])
    let end = try await vm.untilEnd()
    #expect(end == .passed)
  }

  /// One boot, and a guest for each way to end it.
  @Test func theKernelEndsAsItIsTold() async throws {
    let booted = try await shell()
    for (command, expected) in [("poweroff", MachineEnd.passed), ("fail 3", .failed(code: 3))] {
      let vm = try await booted.fork()
      await vm.send("\(command)\n")
      let end = try await vm.untilEnd()
      #expect(end == expected)
    }
  }

  @Test func aStalledHartIsNoticedByNobody() async throws {
    let vm = try await shell(harts: 4)
    try await vm.inject(.stall(hart: 2, ticks: 5_000_000))
    await vm.send("echo still here\n")
    try await vm.console.expect("\nstill here\n")
  }
}
