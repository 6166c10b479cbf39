import ArgumentParser
import Boards
import Foundation
import Monitor

@main
struct MonitorBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor-bench", abstract: "Measure how the monitor shares the host among guests.",
    discussion: "Run it from the top of the repository, after 'make guests', on a host with nothing else to do.",
    subcommands: [All.self, Fairness.self, Scaling.self, Realtime.self, Density.self, SnapshotBench.self, Soak.self],
    defaultSubcommand: All.self)
}

/// What all of the measurements need.
struct Setup: ParsableArguments {
  @Option(help: "Where the built guests are.") var guests = "guests/build"

  func guest(_ name: String, _ image: String, memory: UInt64 = 16 << 20) -> GuestDescription {
    var guest = GuestDescription(name: name, boot: BootDescription(kernel: "\(guests)/\(image).elf"))
    guest.machine.memory = memory
    return guest
  }
}

/// Starts `guests` on a monitor of their own.
func monitor(_ guests: [GuestDescription], workers: Int? = nil) throws -> (Monitor, [Guest]) {
  var configuration = MonitorConfiguration()
  if let workers { configuration.workers = workers }
  configuration.memoryLimit = .max
  let monitor = Monitor(configuration)
  let added = try monitor.add(guests)
  monitor.startAll()
  return (monitor, added)
}

func format(_ value: Double, _ places: Int = 2) -> String { String(format: "%.\(places)f", value) }
