import ArgumentParser
import Foundation
import Monitor

/// Throughput of two workers against one.
struct Scaling: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Throughput of two workers against one.")
  @OptionGroup var setup: Setup
  @Option(help: "Seconds of each measurement.") var seconds = 3.0
  @Option(help: "How often both are measured, in turn.") var rounds = 5

  func run() throws {
    var ratios: [Double] = []
    for _ in 0..<rounds {
      let one = try throughput(workers: 1)
      let two = try throughput(workers: 2)
      ratios.append(two / one)
      print("1 worker \(format(one / 1e6, 1)) MIPS, 2 workers \(format(two / 1e6, 1)) MIPS: \(format(two / one))×")
    }
    print("scaling: median \(format(ratios.sorted()[ratios.count / 2]))×")
  }

  private func throughput(workers: Int) throws -> Double {
    let described = (1...4).map { setup.guest("busy-\($0)", "busy") }
    let (monitor, guests) = try monitor(described, workers: workers)
    defer { monitor.shutDown() }
    Thread.sleep(forTimeInterval: 0.3)
    let before = guests.map(\.statistics.instructions).reduce(0, +)
    Thread.sleep(forTimeInterval: seconds)
    let after = guests.map(\.statistics.instructions).reduce(0, +)
    return Double(after - before) / seconds
  }
}
