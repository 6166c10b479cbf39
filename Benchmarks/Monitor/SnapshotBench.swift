import ArgumentParser
import Boards
import Foundation
import Peripherals
import Snapshots
import SystemBus

/// Snapshots of Linux at its prompt: to a file and back, and copies in memory.
struct SnapshotBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshots", abstract: "Snapshots of Linux at its prompt: files, restores and forks.")
  @OptionGroup var setup: Setup
  @Option(help: "MiB of the guest's RAM.") var memory = 256
  @Option(help: "How often each is done; medians are told.") var rounds = 101
  @Option(help: "Forks that there are at once.") var forks = 200
  @Option(help: "The folder for files.") var folder = NSTemporaryDirectory()

  func run() throws {
    let machine = try bootedLinux()
    let file = URL(fileURLWithPath: folder).appending(path: "roost-bench-\(getpid()).snapshot").path
    defer { unlink(file) }
    let guest = SavedGuest(try machine.snapshot())
    let saving = try measure { try SnapshotFile.write(guest, to: file) }
    let size = (try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
    print("file:    \(format(Double(size) / 1048576)) MiB for a guest with \(memory) MiB; saved in \(saving)")
    let reading = try measure { _ = try SnapshotFile.read(file) }
    print("read:    \(reading)")
    let restoring = try measure {
      let restored = try VirtMachine(try SnapshotFile.read(file).machine, console: Nowhere())
      _ = restored.run(instructions: 1)
    }
    print("restore: \(restoring), from opening the file to the first instruction")
    try measureForks(of: machine)
  }

  private func measureForks(of machine: VirtMachine) throws {
    let snapshot = try machine.snapshot()
    let forking = try measure {
      _ = machine.run(instructions: 1)
      let fork = try VirtMachine(try machine.snapshot(), console: Nowhere())
      _ = fork.run(instructions: 1)
    }
    print("fork:    \(forking), snapshot and first instruction")
    let empty = try Self.proportionalBytes()
    let started = HostTime.now
    let all = try (0..<forks).map { _ in try VirtMachine(snapshot, console: Nowhere()) }
    let made = Double(HostTime.now - started) / 1e6
    // A second each, in which the shell answers.
    for fork in all {
      _ = fork.uart.receive(Array("uname -a; ls\n".utf8)[...])
      _ = fork.run(until: fork.now + ticksPerSecond)
    }
    let used = try withExtendedLifetime(all) { Double(try Self.proportionalBytes() - empty) / 1048576 }
    print("forks:   \(forks) at once, made in \(format(made)) ms; \(format(used, 1)) MiB together after a command each")
    let before = machine.harts[0].executed
    let cycles = HostTime.now
    for _ in 0..<1000 {
      let fork = try VirtMachine(snapshot, console: Nowhere())
      _ = fork.uart.receive(Array("\n".utf8)[...])
      _ = fork.run(until: fork.now + 50_000)
      guard fork.harts[0].executed > before else { throw ExitCode.failure }
    }
    print("cycles:  1000 of fork, type, run 5 ms, look and discard in \(format(Double(HostTime.now - cycles) / 1e9)) s")
  }

  /// What this process has of memory, shared pages in part, in bytes.
  private static func proportionalBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/smaps_rollup", encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
  }

  private func bootedLinux() throws -> VirtMachine {
    var boot = BootDescription(kernel: "\(setup.guests)/linux/Image")
    boot.initrd = "\(setup.guests)/linux/initramfs.cpio.gz"
    boot.append = "console=ttyS0 quiet"
    var configuration = MachineConfiguration()
    configuration.memorySize = memory << 20
    configuration.clock = .virtual(.standard)
    let console = Tail()
    let machine = try VirtMachine(configuration, console: console, ram: .freezable)
    try machine.start(try BootImages(boot))
    while !console.bytes.elementsEqual("rv32# ".utf8) {
      guard machine.now < 60 * ticksPerSecond, machine.run(until: machine.now + 100_000) != .ended(.passed) else {
        print("Linux does not come to its prompt")
        throw ExitCode.failure
      }
    }
    return machine
  }

  private func measure(_ body: () throws -> Void) throws -> Durations {
    var durations = Durations()
    for _ in 0..<max(rounds, 1) {
      let started = HostTime.now
      try body()
      durations.all.append(Double(HostTime.now - started) / 1e6)
    }
    return durations
  }

  private struct Durations: CustomStringConvertible {
    /// In milliseconds.
    var all: [Double] = []

    var description: String {
      let sorted = all.sorted()
      return "\(format(sorted[sorted.count / 2])) ms (\(format(sorted[0]))…\(format(sorted[sorted.count - 1])))"
    }
  }
}

/// Keeps the last six bytes.
private final class Tail: ConsoleSink {
  var bytes: [UInt8] = []

  func write(_ byte: UInt8) {
    if bytes.count == 6 { bytes.removeFirst() }
    bytes.append(byte)
  }
}

private final class Nowhere: ConsoleSink {
  func write(_ byte: UInt8) {}
}
