import RoostTesting
import Testing

private let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/guests/build"

@Suite struct GuestTests {
  private func nest() async throws -> Guest {
    let vm = try await Guest(kernel: "\(folder)/nest.elf", memory: 16 << 20)
    try await vm.console.expect("nest> ")
    return vm
  }

  @Test func aTestTalksToAGuestAndForksIt() async throws {
    let vm = try await nest()
    let fork = try await vm.fork()
    await fork.send("echo 6 7\n")
    let match = try await fork.console.expect(matching: #"^(\d) (?<second>\d)$"#)
    #expect(match.captures == ["6", "7"] && match.named == ["second": "7"])
    let text = await vm.console.text
    #expect(!text.contains("6 7"))
    let prompt = try await fork.console.expect(any: ["zzz", "nest> "])
    #expect(prompt.number == 1)
  }

  @Test func memoryIsReadBySymbol() async throws {
    let vm = try await nest()
    let magic = try await vm.memory.bytes(at: "kernel_main", count: 4)
    #expect(magic.count == 4)
    await #expect(throws: (any Error).self) { try await vm.memory["no_such_symbol"] }
  }

  @Test func aFailureTellsWhatTheGuestDidInstead() async throws {
    let vm = try await nest()
    let failure = await #expect(throws: GuestFailure.self) {
      try await vm.console.expect("never", within: .seconds(3600))
    }
    let text = try #require(failure).description
    #expect(text.contains("expected 'never'") && text.contains("| nest> "))
    #expect(text.contains("hart 0 at 0x") && failure?.instructions.count == 1000)
  }

  @Test func whatIsForbiddenFailsAtOnce() async throws {
    let vm = try await nest()
    await vm.send("echo panic\n")
    await #expect(throws: GuestFailure.self) { try await vm.console.expect("zzz", not: ["\npanic"]) }
    let now = await vm.now
    #expect(now < .seconds(10))
  }

  @Test(.virtualTimeLimit(.seconds(2))) func aTestHasALimitOfVirtualTime() async throws {
    let vm = try await nest()
    let failure = await #expect(throws: GuestFailure.self) { try await vm.run(for: .seconds(10)) }
    #expect(failure?.problem.contains("limit of virtual time") == true)
    let now = await vm.now
    #expect(now == .seconds(2))
  }

  @Test func theEndIsTold() async throws {
    let vm = try await Guest(kernel: "\(folder)/hello.elf", memory: 1 << 20)
    let end = try await vm.untilEnd()
    #expect(end == .passed)
  }
}
