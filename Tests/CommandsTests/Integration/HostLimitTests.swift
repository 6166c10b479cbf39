#if os(Linux)
  import Control
  import Foundation
  import Testing

  /// A host that gives little.
  @Suite struct HostLimitTests {
    private var echo: (name: String, image: [UInt8], keys: [String]) { ("echo", TinyGuest.echo, []) }

    @Test func theMonitorTakesAsManyDescriptorsAsItMay() throws {
      let rig = try FleetRig([echo])
      rig.limits = ["-Sn 128"]
      #expect(try rig.roost("up", "-d").status == 0)
      rig.limits = []
      let monitor = try #require(rig.monitor)
      let limits = try String(contentsOfFile: "/proc/\(monitor)/limits", encoding: .utf8)
      let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
      let words = line.split(separator: " ")
      #expect(words[3] == words[4], "\(line)")
      #expect(words[3] != "128")
      #expect(try rig.roost("down").status == 0)
    }

    /// Seconds of processor time that a process has used.
    private func processorTime(of process: Int32) throws -> Double {
      let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      let words = text.split(separator: ")").last?.split(separator: " ") ?? []
      let ticks = try (11...12).map { try #require(Double(words[$0])) }
      return ticks.reduce(0, +) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    @Test func aMonitorWithoutDescriptorsForMoreClientsWaits() throws {
      // Nothing but clients takes processor time.
      let rig = try FleetRig([("done", TinyGuest.pass, [])])
      rig.limits = ["-n 32"]
      #expect(try rig.roost("up", "-d").status == 0)
      rig.limits = []
      let monitor = try #require(rig.monitor)
      do {
        let sockets = try (0..<40).map { _ in try UnixSocket.connect(to: rig.folder + "/run/rig.sock") }
        let descriptors = "/proc/\(monitor)/fd"
        #expect(try eventually { try FileManager.default.contentsOfDirectory(atPath: descriptors).count == 32 })
        let before = try processorTime(of: monitor)
        sleep(2)
        #expect(try processorTime(of: monitor) - before < 0.2)
        withExtendedLifetime(sockets) {}
      }
      // Those who have gone make room.
      #expect(try rig.state(of: "done") == "stopped")
      #expect(try rig.roost("down").status == 0)
    }

    @Test(arguments: [[], ["-d"]]) func workersThatTheHostHasNoThreadsForAreAnError(options: [String]) throws {
      let rig = try FleetRig([("pass", TinyGuest.pass, [])], keys: ["workers: 256"])
      // Stacks of 64 MiB, of which there is room for a few.
      rig.limits = ["-s 65536", "-v 4000000"]
      let result = try rig.roost(["up"] + options)
      #expect(result.status == 71, "\(result.output)")
      #expect(result.errors.hasPrefix("roost: the host has no thread left for worker "), "\(result.errors)")
      #expect(result.errors.contains(" of 256: "))
      #expect(!rig.isSocketThere)
    }

    @Test func aMonitorThatCannotBeControlledDoesNotStart() throws {
      let rig = try FleetRig([("pass", TinyGuest.pass, [])], keys: ["workers: 1"])
      // Room for the stack of one thread.
      rig.limits = ["-s 1500000", "-v 2500000"]
      let result = try rig.roost("up", "-d")
      #expect(result.status == 71, "\(result.output)")
      #expect(result.errors.hasPrefix("roost: the host has no thread left for the control socket: "))
      #expect(!rig.isSocketThere)
    }
  }
#endif
