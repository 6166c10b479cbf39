import ArgumentParser
import Foundation

/// Every measurement, one after another.
struct All: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Every measurement, one after another (default).")
  @OptionGroup var setup: Setup

  func run() throws {
    let linux = FileManager.default.fileExists(atPath: "\(setup.guests)/linux/Image")
    var measurements: [(String, [String])] = [
      ("shares and caps", ["fairness"]), ("one worker and two", ["scaling"]), ("real time", ["realtime"]),
      ("a thousand idle guests", ["density"]),
    ]
    if linux {
      measurements.append(("twenty Linuxes", ["density", "--kind", "linux"]))
      measurements.append(("snapshots", ["snapshots"]))
    }
    for (title, arguments) in measurements {
      print("\n\(title)")
      var command = try MonitorBench.parseAsRoot(arguments + ["--guests", setup.guests])
      try command.run()
    }
    if !linux {
      print("\ntwenty Linuxes and snapshots: left out, there is no \(setup.guests)/linux/Image; run 'make linux'")
    }
  }
}
