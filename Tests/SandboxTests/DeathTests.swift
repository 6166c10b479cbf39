#if os(Linux)
  import Foundation
  import Monitor
  import Sandbox
  import SystemBus
  import Testing

  extension SandboxTests {
    @Suite struct DeathTests {
      private func child(_ driver: Driver) throws -> pid_t {
        try #require(driver.execution as? ProcessExecution).processNumber
      }

      @Test(arguments: [(SIGKILL, "SIGKILL"), (SIGSEGV, "SIGSEGV"), (SIGTERM, "SIGTERM")])
      func aKilledChildIsLostInWords(_ signal: Int32, _ name: String) throws {
        let driver = try Driver(guest("busy"))
        #expect(driver.run { $0.last.statistics.instructions > 0 })
        let process = try child(driver)
        let killer = Thread {
          usleep(20_000)
          kill(process, signal)
        }
        killer.start()
        #expect(driver.slice(5_000_000_000) == .lost(reason: "its process was killed by signal \(signal) (\(name))"))
        #expect(!exists(process), "no zombie stays")
        #expect(driver.slice() == .lost(reason: "its process was killed by signal \(signal) (\(name))"), "it stays so")
        _ = driver.execution.measureMemory()
        driver.execution.hold()
        driver.execution.reset()
      }

      @Test func anIdleChildsDeathIsSeenWithinASecond() throws {
        let driver = try Driver(guest("nest"))
        #expect(driver.run { $0.output.hasSuffix("nest> ") })
        kill(try child(driver), SIGKILL)
        #expect(driver.run(seconds: 3) { $0.loss != nil }, "\(driver.last.outcome)")
      }

      @Test func endLeavesNothing() throws {
        let sandbox = try Sandbox(program: roost)
        func round() throws {
          let driver = Driver(try sandbox.executionFactory(guest("hello")))
          #expect(driver.run { $0.end != nil })
          let process = try child(driver)
          #expect(exists(process))
          driver.execution.end()
          #expect(!exists(process))
        }
        try round()
        let before = try descriptors()
        for _ in 0..<20 { try round() }
        // Others may open some meanwhile, but not as many as twenty leaks.
        #expect(try descriptors() < before + 20)
      }

      @Test func anAbandonedChildIsEnded() throws {
        var driver: Driver? = try Driver(guest("busy"))
        let process = try child(try #require(driver))
        driver = nil
        #expect(!exists(process))
      }

      /// The monitor of this test is a script that is killed. What it held open is kept open by another process, so that
      /// the child cannot learn of the end from its connection.
      @Test func noChildOutlivesItsMonitor() throws {
        let marker: Int32 = 0x7654_3210
        var setup = Setup(.guest, parent: marker)
        let busy = guest("busy")
        setup.machine = busy.machine
        setup.boot = busy.boot
        let length = try #require(
          try FileManager.default.attributesOfItem(atPath: busy.boot.kernel)[.size] as? UInt64)
        setup.files = [Setup.File(path: busy.boot.kernel, length: length)]
        let monitor = try Script(
          """
          setup = bytes.fromhex("\(setup.bytes.map { String(format: "%02x", $0) }.joined())")
          setup = setup.replace(struct.pack("<i", \(marker)), struct.pack("<i", os.getpid()))
          near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
          area, ram = os.memfd_create("area"), os.memfd_create("ram")
          os.ftruncate(area, 4096 + (256 << 10))
          os.ftruncate(ram, \(busy.machine.memory))
          image = os.open("\(busy.boot.kernel)", os.O_RDONLY)
          near.send(setup)
          child = os.fork()
          if child == 0:
              copies = [fcntl.fcntl(f, fcntl.F_DUPFD, 100) for f in (far.fileno(), area, ram, image)]
              for index, copy in enumerate(copies): os.dup2(copy, 3 + index)
              os.execve("\(roost)", ["roost", "guest-process"], {})
          near.recv(1 << 16)
          keeper = os.fork()
          if keeper == 0:
              os.close(1)
              time.sleep(60)
              os._exit(0)
          # A slice of an hour.
          near.send(b"\\0" + struct.pack("<QB", 3600 * 10**9, 0) + struct.pack("<I", 0))
          print(child, keeper, flush=True)
          time.sleep(60)
          """)
        let output = try monitor.start()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
          let more = output.availableData
          if more.isEmpty { break }
          line += more
        }
        let numbers = String(decoding: line, as: UTF8.self).split { !$0.isNumber }.compactMap { pid_t($0) }
        try #require(numbers.count == 2, "\(String(decoding: line, as: UTF8.self))")
        defer { kill(numbers[1], SIGKILL) }
        #expect(exists(numbers[0]))
        kill(monitor.process.processIdentifier, SIGKILL)
        monitor.process.waitUntilExit()
        #expect(happens(withinSeconds: 5) { !exists(numbers[0]) || isZombie(numbers[0]) })
      }

      @Test func theMonitorCallsItsGuestFailed() throws {
        var configuration = MonitorConfiguration()
        configuration.workers = 1
        configuration.processExecution = try Sandbox(program: roost).executionFactory
        let monitor = Monitor(configuration)
        defer { monitor.shutDown() }
        var untrusted = guest("nest")
        untrusted.isolation = .process
        let neighbour = guest("busy")
        let guests = try monitor.add([untrusted, neighbour])
        monitor.startAll()
        #expect(monitor.wait(timeout: 20_000_000_000) { guests[0].statistics.consoleBytes > 20 })
        let children = try childProcesses()
        #expect(children.count == 1)
        for child in children { kill(child, SIGKILL) }
        #expect(monitor.wait(timeout: 20_000_000_000) { guests[0].lifecycle.isOver })
        #expect(guests[0].lifecycle == .failed(reason: "its process was killed by signal 9 (SIGKILL)"))
        #expect(guests[1].lifecycle == .running)
      }

      /// Children of this process that serve guests.
      private func childProcesses() throws -> [pid_t] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { process in
          let status = processFile(process, "status")
          let command = processFile(process, "cmdline")
          return status.contains("PPid:\t\(getpid())\n") && command.hasPrefix("roost: nest\0guest-process")
        }
      }

      private func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
      }
    }
  }
#endif
