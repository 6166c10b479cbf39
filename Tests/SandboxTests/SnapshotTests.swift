#if os(Linux)
  import Boards
  import Foundation
  import Monitor
  import Peripherals
  import Sandbox
  import Snapshots
  import SystemBus
  import Testing

  extension SandboxTests {
    /// Guests in children that are saved, and that go on from a snapshot.
    @Suite struct SnapshotTests {
      private func virtual(_ name: String) -> GuestDescription {
        var description = guest(name)
        description.machine.clock = .virtual
        return description
      }

      private func trace(_ driver: Driver) -> UInt64? { driver.last.statistics.traceHash }

      @Test func goesOnExactlyInAnotherChildAndInThisProcess() throws {
        let sandbox = try Sandbox(program: roost)
        let description = virtual("victim-short")
        let original = Driver(try sandbox.executionFactory(description))
        #expect(original.run { $0.last.statistics.instructions > 1_000_000 })
        let saved = try original.execution.snapshot()
        let said = original.output.count
        #expect(saved.machine.configuration.memorySize == 16 << 20)

        let path = FileManager.default.temporaryDirectory.appending(path: "roost-\(UUID().uuidString)").path
        defer { unlink(path) }
        try SnapshotFile.write(saved, to: path)
        let twins = try [GuestOrigin.memory(saved), .file(path)].map {
          Driver(try sandbox.restorationFactory(description, $0))
        }
        #expect(original.run(seconds: 60) { $0.end != nil }, "\(original.last.outcome)")
        for twin in twins {
          #expect(twin.run(seconds: 60) { $0.end != nil }, "\(twin.last.outcome)")
          #expect(twin.end == .passed)
          #expect(twin.output == String(original.output.dropFirst(said)))
          #expect(trace(twin) != nil && trace(twin) == trace(original))
        }

        let local = try VirtMachine(saved.machine, console: Silence())
        while local.run(instructions: 10_000_000) == .ran {}
        #expect(local.end == .passed)
        #expect(local.statistics.traceHash == trace(original))
      }

      @Test func whatIsTypedAndNotReadGoesAlong() throws {
        let sandbox = try Sandbox(program: roost)
        let original = Driver(try sandbox.executionFactory(guest("nest")))
        #expect(original.run { $0.output.hasSuffix("nest> ") })
        original.execution.type(Array("echo typed in\n".utf8))
        let saved = try original.execution.snapshot()
        #expect(saved.typed == Array("echo typed in\n".utf8))
        let twin = Driver(try sandbox.restorationFactory(guest("nest"), .memory(saved)))
        #expect(twin.run { $0.output.hasSuffix("typed in\nnest> ") }, "\(twin.output) \(twin.last.outcome)")
      }

      @Test func aChildIsNotSavedBeforeItIsReady() throws {
        let execution = try Sandbox(program: roost).executionFactory(guest("hello"))
        defer { execution.end() }
        #expect(throws: (any Error).self) { try execution.snapshot() }
      }

      @Test func aSnapshotOfAnotherMachineIsRefusedByTheChild() throws {
        let sandbox = try Sandbox(program: roost)
        let original = Driver(try sandbox.executionFactory(guest("nest")))
        #expect(original.run { $0.output.hasSuffix("nest> ") })
        let saved = try original.execution.snapshot()
        let other = Driver(try sandbox.restorationFactory(guest("nest", memory: 32 << 20), .memory(saved)))
        #expect(other.run { $0.loss != nil })
        #expect(other.loss?.contains("memory 16384 KiB") == true, "\(other.loss ?? "no loss")")
        let absent = #expect(throws: SandboxError.self) {
          try sandbox.restorationFactory(guest("nest"), .file("/nowhere/at/all"))
        }
        #expect(absent.map { "\($0)" }?.contains("/nowhere/at/all") == true)
      }

      /// Children that tell of machines what no machine is.
      @Test(arguments: [
        "link.send(b'garbage')",
        "link.send(b'\\3' + struct.pack('<IQ', 0, 0))",
        "link.send(b'\\3' + struct.pack('<IQ', 0, 100))",
        "link.send(b'\\3' + struct.pack('<IQ', 101, 100))",
        "link.send(b'\\3' + struct.pack('<IQ', 262144, 1 << 40))",
        "link.send(b'\\3' + struct.pack('<IQ', 262144, 2 ** 64 - 1))",
        "link.send(b'\\3' + struct.pack('<IQ', 200, 200))",
        "time.sleep(60)", "sys.exit(1)",
      ])
      func aLiarLosesItsGuest(_ script: String) throws {
        let program = try Script(
          """
          link = socket.socket(fileno=3)
          link.recv(1 << 16)
          link.send(b"\\0\\0")
          while link.recv(1 << 16)[0] != 3: pass
          \(script)
          time.sleep(60)
          """)
        let driver = Driver(try ProcessLauncher(program: program.path).launch(guest("hello")))
        // The first report is that it is ready.
        #expect(happens(withinSeconds: 20) { driver.execution.run(for: 0).outcome == .ran })
        #expect(throws: (any Error).self) { try driver.execution.snapshot() }
        guard case .lost = driver.slice() else {
          Issue.record("the guest goes on: \(driver.last.outcome)")
          return
        }
      }
    }
  }

  private final class Silence: ConsoleSink {
    func write(_ byte: UInt8) {}
  }
#endif
