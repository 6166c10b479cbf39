import ArgumentParser
import Foundation
import Monitor
import SystemBus

/// Many idle guests in one process: how soon they are there, and what they cost.
struct Density: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Many idle guests in one process.")
  @OptionGroup var setup: Setup
  @Option(help: "How many guests.") var count = 1000
  @Option(help: "MiB of RAM each.") var memory: UInt64 = 16
  @Option(help: "The guest's image.") var image = "nest"
  @Option(help: "The text at which it idles.") var prompt = "nest> "

  func run() throws {
    let before = residentBytes()
    let started = HostTime.now
    let described = (0..<count).map { setup.guest("guest-\($0 + 1)", image, memory: memory << 20) }
    let (monitor, guests) = try monitor(described)
    defer { monitor.shutDown() }
    let isThere = monitor.wait(timeout: 120_000_000_000) {
      guests.allSatisfy { $0.console.totalBytes > 0 } && guests.allSatisfy(isAtPrompt)
    }
    guard isThere else {
      print("only \(guests.count(where: isAtPrompt)) of \(count) came to their prompt")
      throw ExitCode.failure
    }
    let seconds = Double(HostTime.now - started) / 1e9
    Thread.sleep(forTimeInterval: 1)
    let used = HostTime.processorTime
    Thread.sleep(forTimeInterval: 5)
    let share = Double(HostTime.processorTime - used) / 5e7
    let each = Double(residentBytes() - before) / Double(count) / 1024
    print("density: \(count) guests at their prompts after \(format(seconds)) s")
    print("         \(format(share)) % of a core while idle, \(format(each, 0)) KiB resident each")
  }

  private func isAtPrompt(_ guest: Guest) -> Bool { guest.console.recent(prompt.utf8.count).elementsEqual(prompt.utf8) }

  private func residentBytes() -> Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
    return (fields.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) * 4096
  }
}
