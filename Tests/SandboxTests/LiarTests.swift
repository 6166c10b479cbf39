#if os(Linux)
  import Boards
  import Foundation
  import Monitor
  import Sandbox
  import SystemBus
  import Testing

  extension SandboxTests {
    /// Children that are not what they should be: their programs are scripts.
    @Suite struct LiarTests {
      private static let ready = #"link.send(b"\0\0")"#
      private static let nonsense = "its process sent what no machine reports, and was ended"

      /// Runs a guest whose child does what the script says; `link` is its connection.
      private func lie(_ script: String, seconds: UInt64 = 10) throws -> Driver {
        let program = try Script(
          """
          link = socket.socket(fileno=3)
          link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
          link.recv(1 << 16)
          \(script)
          """)
        let launcher = try ProcessLauncher(program: program.path)
        let driver = Driver(try launcher.launch(guest("hello")))
        _ = driver.run(seconds: seconds) { $0.loss != nil }
        return driver
      }

      @Test(arguments: [
        ("sys.exit(3)", "its process ended with exit status 3"),
        ("\(ready); link.recv(1 << 16); sys.exit(0)", "its process ended with exit status 0"),
        (
          #"os.write(2, b"one\nFatal error: \x1b[2J index\n\n"); os.kill(os.getpid(), signal.SIGILL)"#,
          "its process was killed by signal 4 (SIGILL): Fatal error:  [2J index"
        ),
        ("os.kill(os.getpid(), 60)", "its process was killed by signal 60"),
        ("link.close(); os.close(3) if False else time.sleep(60)", "its process closed its connection, and was ended"),
        ("link.send(b'\\1' + struct.pack('<I', 4) + b'a\\x07b\\n')", "cannot be started: a b "),
      ])
      func deathsAreToldInWords(_ script: String, _ words: String) throws {
        #expect(try lie(script).loss == words)
      }

      @Test(arguments: [
        "link.send(b'garbage')",
        "link.send(bytes(100_000))",
        "link.send(b'\\0\\xff')",
        "link.send(b'\\1' + struct.pack('<I', 0xffffffff) + b'words')",
        "\(ready); link.recv(1 << 16); link.send(b'\\0\\0')",
        "\(ready); link.recv(1 << 16); link.send(b'\\2')",
        "\(ready); link.recv(1 << 16); link.send(b'\\2\\0' + struct.pack('<I', 0xffffffff) + bytes(400))",
        "\(ready); link.recv(1 << 16); link.send(b'\\2\\0' + struct.pack('<I', 262145) + bytes(400))",
        "\(ready); link.recv(1 << 16); link.send(b'\\2\\5' + struct.pack('<I', 0x7fffffff) + bytes(400))",
        "\(ready)\nwhile True: link.send(os.urandom(300))",
      ])
      func nonsenseEndsTheChild(_ script: String) throws {
        #expect(try lie("\(script)\ntime.sleep(60)").loss == Self.nonsense)
      }

      @Test(arguments: [
        "\(ready)\ntime.sleep(60)", "\(ready)\nwhile True: pass",
        "\(ready)\nos.kill(os.getpid(), signal.SIGSTOP)",
      ])
      func silenceEndsTheChild(_ script: String) throws {
        let driver = try lie(script, seconds: 60)
        #expect(driver.loss == "its process did not answer, and was ended")
        #expect(driver.processorTime > 1_000_000_000, "the guest pays for the worker's time")
      }

      /// A reply with output that is not there, far counters, and then a real end.
      @Test func whatIsOnlyFalseHarmsOnlyItsGuest() throws {
        // After the far-off virtual time of a guest that does not wait for input.
        let statistics =
          "b'\\xff' * 8 + b'\\0' + b'\\xff' * 8"
          + " + struct.pack('<I', 17) + b'\\xff' * 136 + struct.pack('<I', 16) + b'\\xff' * 128"
          + " + b'\\xff' * 16 + struct.pack('<I', 0) + b'\\xff' * 16"
          + " + b'\\1' + b'\\xff' * 16"
        let driver = try lie(
          """
          \(Self.ready)
          link.recv(1 << 16)
          link.send(b'\\2\\0' + struct.pack('<IQI', 262144, 2**64 - 1, 2**32 - 1) + \(statistics))
          link.recv(1 << 16)
          link.send(b'\\2\\1' + struct.pack('<QIQI', 2**64 - 1, 0, 0, 0) + \(statistics))
          link.recv(1 << 16)
          """, seconds: 2)
        #expect(driver.output.utf8.count == 262_144)
        #expect(driver.last.statistics.instructions == .max)
        #expect(driver.loss == nil)
        #expect(driver.last.outcome == .idle(nanoseconds: 1_000_000_000))
      }

      @Test func aProgramThatCannotBeStartedIsAnError() {
        #expect(throws: SandboxError.cannotSpawn(program: "/nowhere", reason: "No such file or directory")) {
          try Sandbox(program: "/nowhere")
        }
        #expect(throws: SandboxError.self) { try Sandbox(program: "/bin/true") }
      }
    }
  }
#endif
