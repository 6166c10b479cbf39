import ArgumentParser
import Foundation
import Monitor

/// Shares of busy guests against their weights, and caps.
struct Fairness: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Shares against weights, and caps.")
  @OptionGroup var setup: Setup
  @Option(help: "Seconds to measure.") var seconds = 10.0
  @Option(help: "Worker threads.") var workers = 2
  @Option(help: "Weights of the guests.") var weights: [UInt32] = [1, 1, 2, 2, 4, 4, 8, 8]

  func run() throws {
    try measureShares()
    try measureCaps()
  }

  private func measureShares() throws {
    let described = weights.enumerated().map { number, weight in
      var guest = setup.guest("busy-\(number + 1)", "busy")
      guest.share.weight = weight
      return guest
    }
    let (monitor, guests) = try monitor(described, workers: workers)
    defer { monitor.shutDown() }
    let used = interval(guests)
    let total = used.map(\.nanoseconds).reduce(0, +)
    let weightSum = Double(weights.reduce(0, +))
    var worst = 0.0
    print("guest    weight  share of time  expected  off by")
    for (index, weight) in weights.enumerated() {
      let share = used[index].nanoseconds / total
      let expected = Double(weight) / weightSum
      worst = max(worst, abs(share / expected - 1))
      print(
        "busy-\(index + 1)   \(weight)       \(format(share * 100)) %         \(format(expected * 100)) %    "
          + "\(format((share / expected - 1) * 100)) %")
    }
    print(
      "shares: at worst \(format(worst * 100)) % off; the workers were busy \(format(total / seconds / 1e7, 1)) % of a core"
    )
  }

  private func measureCaps() throws {
    let caps: [ProcessorCap?] = [.percent(10), .percent(35), .mips(20), .mips(100), nil]
    let described = caps.enumerated().map { number, cap in
      var guest = setup.guest("capped-\(number + 1)", "busy")
      guest.share.cap = cap
      return guest
    }
    let (monitor, guests) = try monitor(described, workers: workers)
    defer { monitor.shutDown() }
    let used = interval(guests)
    for (cap, used) in zip(caps, used) {
      switch cap {
      case .percent(let percent)?:
        let got = used.nanoseconds / seconds / 1e7
        print("cap \(format(percent, 0)) %: got \(format(got)) %, off by \(format((got / percent - 1) * 100)) %")
      case .mips(let mips)?:
        let got = used.instructions / seconds / 1e6
        print("cap \(format(mips, 0)) MIPS: got \(format(got)) MIPS, off by \(format((got / mips - 1) * 100)) %")
      case nil: print("no cap: got \(format(used.nanoseconds / seconds / 1e7)) %")
      }
    }
  }

  /// What each guest used in the time of the measurement, after half a second.
  private func interval(_ guests: [Guest]) -> [(nanoseconds: Double, instructions: Double)] {
    Thread.sleep(forTimeInterval: 0.5)
    let before = guests.map(\.statistics)
    Thread.sleep(forTimeInterval: seconds)
    let after = guests.map(\.statistics)
    return zip(before, after).map {
      (Double($1.processorTime - $0.processorTime), Double($1.instructions - $0.instructions))
    }
  }
}
