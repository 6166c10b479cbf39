import RoostTesting
import Testing

/// `make linux` in the root of the repository builds these.
private let folder = #filePath.split(separator: "/").dropLast(5).reduce("") { $0 + "/" + $1 } + "/guests/build/linux"

/// Linux at its prompt: it boots once, and each test goes on with a fork of it.
private let booted = Task {
  let vm = try await Guest(
    kernel: "\(folder)/Image", initrd: "\(folder)/initramfs.cpio.gz", append: "console=ttyS0", memory: 64 << 20)
  try await vm.console.expect("rv32# ", not: ["Kernel panic"])
  return vm
}

@Suite(.virtualTimeLimit(.seconds(120))) struct LinuxTests {
  private func shell() async throws -> Guest { try await booted.value.fork() }

  @Test(arguments: 1...20) func theShellCalculates(number: Int) async throws {
    let vm = try await shell()
    await vm.send("echo is $((\(number) * \(number)))\n")
    try await vm.console.expect("\nis \(number * number)\n")
  }

  @Test func filesKeepWhatIsWrittenToThem() async throws {
    let vm = try await shell()
    await vm.send("seq 1 1000 > /tmp/n; md5sum < /tmp/n; seq 1 1000 | md5sum\n")
    let sums = try await vm.console.expect(matching: "([0-9a-f]{32})  -\n([0-9a-f]{32})  -")
    #expect(sums.captures[0] == sums.captures[1])
  }

  @Test func waitingTakesTimeOfTheGuestAlone() async throws {
    let vm = try await shell()
    let before = await vm.now
    await vm.send("sleep 60; echo slept\n")
    try await vm.console.expect("\nslept", within: .seconds(70))
    let after = await vm.now
    #expect(after - before >= .seconds(60))
  }

  @Test func poweringOffEndsTheMachine() async throws {
    let vm = try await shell()
    await vm.send("poweroff -f\n")
    try await vm.console.expect("Power down")
    try await vm.untilEnd()
  }
}
