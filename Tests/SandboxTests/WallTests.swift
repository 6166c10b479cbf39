#if os(Linux)
  import Foundation
  import Monitor
  import Sandbox
  import Testing

  extension SandboxTests {
    @Suite struct WallTests {
      @Test func thisHostHasAllThatIsRequired() throws {
        let sandbox = try Sandbox(program: roost)
        let required = [
          "own descriptors only", "no capabilities", "dies with the monitor", "no new privileges",
          "closed to debuggers", "resource limits", "system call filter",
        ]
        #expect(Set(required).isSubset(of: sandbox.features.filter(\.isApplied).map(\.name)), "\(sandbox.summary)")
        for feature in sandbox.features where !feature.isApplied {
          #expect(sandbox.summary.contains("\(feature.name) (\(feature.reason))"))
        }
      }

      @Test func nothingThatIsTriedSucceeds() throws {
        let results = try Sandbox(program: roost).tryEscapes()
        #expect(results.count == Escape.allCases.count)
        for result in results {
          #expect(
            result.outcome == "its process was killed by signal 31 (SIGSYS) for a system call that it may not make",
            "\(result.escape.rawValue): \(result.outcome)")
        }
      }

      /// As the kernel sees a child that serves a guest.
      @Test func theKernelConfirmsTheWalls() throws {
        let sandbox = try Sandbox(program: roost)
        let driver = Driver(try sandbox.executionFactory(guest("nest")))
        #expect(driver.run { $0.output.hasSuffix("nest> ") })
        let process = try #require(driver.execution as? ProcessExecution).processNumber
        let status = processFile(process, "status")
        let none = "0000000000000000"
        for (name, value) in [
          ("NoNewPrivs", "1"), ("Seccomp", "2"), ("Threads", "1"), ("CapEff", none), ("CapPrm", none),
        ] {
          #expect(status.contains("\(name):\t\(value)\n"), "\(name) in \(status)")
        }
        if getuid() == 0 {
          #expect(status.contains("Uid:\t65534\t65534\t65534\t65534\n"))
          #expect(try open(process) == ["0", "1", "2", "3", "4", "5", "6"])
          #expect(processFile(process, "environ").isEmpty)
        }
        let isApplied = Set(sandbox.features.filter(\.isApplied).map(\.name))
        if getuid() == 0, isApplied.contains("empty file system") {
          #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/root").isEmpty)
        }
        if getuid() == 0, isApplied.contains("namespaces") {
          for kind in ["mnt", "net", "ipc", "uts"] {
            let theirs = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/\(kind)")
            let ours = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/\(kind)")
            #expect(theirs != ours)
          }
        }
      }

      private func open(_ process: pid_t) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").sorted()
      }

      @Test func limitsAreInEffect() throws {
        let driver = try Driver(guest("nest", memory: 64 << 20))
        let process = try #require(driver.execution as? ProcessExecution).processNumber
        #expect(driver.run { $0.output.hasSuffix("nest> ") })
        let limits = processFile(process, "limits").split(separator: "\n")
        for name in ["Max file size", "Max core file size", "Max processes", "Max open files", "Max locked memory"] {
          let fields = try #require(limits.first { $0.hasPrefix(name) }).dropFirst(name.count).split(separator: " ")
          #expect(fields.prefix(2) == ["0", "0"], "\(name)")
        }
        let data = try #require(limits.first { $0.hasPrefix("Max data size") }).split(separator: " ")
        #expect(((64 << 20) + 1...1 << 30).contains(Int(data[3]) ?? 0), "\(data)")
        // The guest's own 4 GiB of addresses besides, most of which are nothing but kept free.
        let space = try #require(limits.first { $0.hasPrefix("Max address space") }).split(separator: " ")
        let most = Int(space[3]) ?? 0
        #expect(most > 4 << 30 && most < 6 << 30, "\(space)")
      }

      @Test func theProgramByItselfSaysWhatItIs() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: roost)
        process.arguments = ["guest-process"]
        process.standardError = Pipe()
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 64)
      }
    }
  }
#endif
