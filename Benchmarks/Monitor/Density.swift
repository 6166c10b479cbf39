import ArgumentParser
import Foundation
import Monitor
import SystemBus

/// Many idle guests in one process: how soon they are there, and what they cost.
struct Density: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Many idle guests in one process.")
  @OptionGroup var setup: Setup
  @Option(help: "The guest: nest or linux.") var kind = Kind.nest
  @Option(help: "How many guests (default: 1000 nests, 20 Linuxes).") var count: Int?
  @Option(help: "MiB of RAM each (default: 16 for nest, 64 for linux).") var memory: UInt64?

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case nest, linux

    /// The text at which it idles.
    var prompt: String { self == .nest ? "nest> " : "rv32# " }
  }

  private var prompt: String { kind.prompt }

  private func describe(_ number: Int) -> GuestDescription {
    var guest = setup.guest("\(kind.rawValue)-\(number)", "nest", memory: (memory ?? (kind == .nest ? 16 : 64)) << 20)
    if kind == .linux {
      guest.boot.kernel = "\(setup.guests)/linux/Image"
      guest.boot.initrd = "\(setup.guests)/linux/initramfs.cpio.gz"
      guest.boot.append = "console=ttyS0 quiet"
    }
    return guest
  }

  func run() throws {
    let count = count ?? (kind == .nest ? 1000 : 20)
    let before = residentBytes()
    let started = HostTime.now
    let described = (1...max(count, 1)).map(describe)
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
    print("density: \(count) \(kind.rawValue) guests at their prompts after \(format(seconds)) s")
    print("         \(format(share)) % of a core while idle, \(format(each, 0)) KiB resident each")
  }

  private func isAtPrompt(_ guest: Guest) -> Bool { guest.console.recent(prompt.utf8.count).elementsEqual(prompt.utf8) }

  private func residentBytes() -> Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
    return (fields.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) * 4096
  }
}
