#if os(Linux)
  import Boards
  import Foundation
  import GuestImage
  import Monitor
  import Sandbox
  import SystemBus
  import Testing

  extension SandboxTests {
    @Suite struct GuestTests {
      @Test func bootsAndPassesOnWhatTheGuestSays() throws {
        let driver = try Driver(guest("hello"))
        #expect(driver.run { $0.end != nil }, "\(driver.last.outcome): \(driver.output)")
        #expect(driver.end == .passed)
        #expect(driver.output == "hello: one hart, no kernel, nothing but RV32I\n")
        #expect(driver.last.statistics.instructions > 100)
        #expect(driver.slice() == .ended(.passed), "it stays ended")
      }

      @Test func isTypedTo() throws {
        let driver = try Driver(guest("nest"))
        #expect(driver.run { $0.output.hasSuffix("nest> ") }, "\(driver.output)")
        driver.execution.type(Array("echo typed in\n".utf8))
        #expect(driver.run { $0.output.hasSuffix("typed in\nnest> ") }, "\(driver.output)")
        #expect(driver.last.waitingInput == 0)
      }

      @Test func countsInputThatWaits() throws {
        // It never reads: all but what the UART takes waits, on whichever side.
        let driver = try Driver(guest("hello-swift"))
        driver.execution.type([UInt8](repeating: 0x41, count: 40_000))
        _ = driver.slice()
        #expect((39_000...40_000).contains(driver.last.waitingInput))
      }

      @Test func startsAnewAfterReset() throws {
        let driver = try Driver(guest("nest"))
        #expect(driver.run { $0.output.hasSuffix("nest> ") })
        let first = driver.output
        driver.execution.reset()
        #expect(driver.run { $0.output.count >= 2 * first.count && $0.output.hasSuffix("nest> ") }, "\(driver.output)")
      }

      @Test func stopsTimeWhileHeld() throws {
        let driver = try Driver(guest("nest"))
        #expect(driver.run { $0.output.hasSuffix("nest> ") })
        let before = try uptime(driver)
        driver.execution.hold()
        usleep(1_500_000)
        driver.execution.release()
        #expect(try uptime(driver) < before + 1400, "the pause must not count")
      }

      /// Milliseconds, as the guest says.
      private func uptime(_ driver: Driver) throws -> Int {
        let said = driver.output.count
        driver.execution.type(Array("uptime\n".utf8))
        #expect(driver.run { $0.output.count > said + 10 && $0.output.hasSuffix("nest> ") }, "\(driver.output)")
        let answer = driver.output.dropFirst(said).split(separator: "\n").dropFirst().first ?? ""
        return try #require(Int(answer.prefix { $0.isNumber }), "\(answer)")
      }

      @Test func sharesAreMeasuredFromOutside() throws {
        let driver = try Driver(guest("nest"))
        #expect(driver.run { $0.output.hasSuffix("nest> ") })
        #expect(driver.processorTime > 1_000_000)
        let memory = driver.execution.measureMemory()
        #expect((50_000...8 << 20).contains(memory.touched))
        #expect((memory.touched...memory.touched + 16 << 20).contains(memory.resident))
      }

      /// The lower quartile, since other tests may have the host's cores at any moment.
      @Test func doorbellEndsASlice() throws {
        let driver = try Driver(guest("busy"))
        #expect(driver.run { $0.last.statistics.instructions > 0 })
        let doorbell = driver.execution.doorbell
        var late: [UInt64] = []
        for _ in 0..<8 {
          let ringer = Thread {
            usleep(20_000)
            doorbell.ring()
          }
          let began = HostTime.now
          ringer.start()
          #expect(driver.slice(10_000_000_000) == .ran)
          late.append(HostTime.now - began)
          #expect(doorbell.answer())
        }
        #expect(late.sorted()[2] < 25_000_000, "\(late)")
      }

      @Test func roundTripsAreShort() throws {
        let driver = try Driver(guest("hello"))
        #expect(driver.run { $0.end != nil })
        var took: [UInt64] = []
        for _ in 0..<2000 {
          let began = HostTime.now
          _ = driver.execution.run(for: 1_000_000)
          took.append(HostTime.now - began)
        }
        #expect(took.sorted()[500] < 100_000, "\(took.sorted()[500]) ns")
      }

      @Test func guestsThatCannotBootSayWhy() throws {
        let sandbox = try Sandbox(program: roost)
        let missing = GuestDescription(name: "x", boot: BootDescription(kernel: "/nowhere/kernel"))
        #expect(throws: SandboxError.image(.cannotRead(file: "/nowhere/kernel", reason: "No such file or directory"))) {
          try sandbox.executionFactory(missing)
        }
        // A file that is no kernel is opened here, but looked at by the child alone.
        let driver = Driver(
          try sandbox.executionFactory(GuestDescription(name: "x", boot: BootDescription(kernel: roost))))
        #expect(!driver.run { _ in false })
        let loss = try #require(driver.loss)
        #expect(loss.hasPrefix("cannot be started: \(roost): ELF for x86-64"), "\(loss)")
      }

      @Test func filesBesideTheKernelReachTheChild() throws {
        var description = guest("hello")
        description.boot.load = ["\(description.boot.kernel)@0x80400000"]
        description.boot.initrd = roostLicence
        let driver = try Driver(description)
        #expect(driver.run { $0.end != nil }, "\(driver.last.outcome)")
      }

      private var roostLicence: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../LICENSE").path
      }
    }
  }
#endif
