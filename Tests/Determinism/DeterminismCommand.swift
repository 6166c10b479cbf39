import ArgumentParser
import Boards
import Foundation
import SystemBus

/// Boots Linux again and again under virtual time, types the same, and looks whether it ever does anything else.
@main
struct DeterminismCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "determinism", abstract: "Compare runs of Linux under virtual time while the host is busy.")

  @Option(help: "How often it is booted.") var runs = 100
  @Option(help: "Harts of the machine.") var harts = 1
  @Option(help: "Processes that burn the host's cores meanwhile.") var burners = 2
  @Option(help: "What decides where the host cuts runs up.") var seed: UInt64 = 1
  @Option(help: "A Linux Image.") var kernel = "guests/build/linux/Image"
  @Option(help: "Its initial file system.") var initrd = "guests/build/linux/initramfs.cpio.gz"

  private static let steps = [
    Dialogue.Step(expect: "rv32# ", type: "uname -a; cat /proc/cpuinfo | head -5\n"),
    Dialogue.Step(expect: "rv32# ", type: "i=0; while [ $i -lt 200 ]; do i=$((i+1)); done; echo sum $((i*i))\n"),
    Dialogue.Step(expect: "sum 40000", type: "dd if=/dev/urandom bs=64 count=1 2>/dev/null | md5sum; sleep 2\n"),
    Dialogue.Step(expect: "rv32# ", type: "cat /proc/uptime /proc/interrupts; poweroff -f\n"),
  ]

  func run() throws {
    let fire = try Fire(processes: burners)
    defer { fire.putOut() }
    var boot = BootDescription(kernel: kernel)
    boot.initrd = initrd
    boot.append = "console=ttyS0"
    let images = try BootImages(boot)
    var cutter = DeviceEntropy(seed: seed)
    var first: Result?
    let started = Date()
    for run in 1...max(runs, 1) {
      let result = try runOnce(images, cut: run == 1 ? nil : cutter.next())
      print(
        "run \(run): trace hash \(result.hash) of \(result.events) events, state \(String(result.digest, radix: 16)), "
          + "\(result.instructions) instructions, \(result.slices) slices")
      if let first, !first.isSame(as: result) {
        print(result.console)
        throw Difference(run: run)
      }
      first = first ?? result
    }
    let seconds = Int(-started.timeIntervalSinceNow)
    print(
      "\(runs) runs with \(harts) harts were alike, in \(seconds) s, while \(burners) processes burned the host's cores"
    )
  }

  private struct Result {
    var hash: String
    var events: UInt64
    var digest: UInt64
    var instructions: UInt64
    var console: String
    var slices: Int

    func isSame(as other: Self) -> Bool {
      (hash, events, digest, instructions, console)
        == (other.hash, other.events, other.digest, other.instructions, other.console)
    }
  }

  private struct Difference: Error, CustomStringConvertible {
    var run: Int
    var description: String { "run \(run) differs from the first" }
  }

  private struct Unexpected: Error, CustomStringConvertible {
    var outcome: String
    var console: String
    var description: String { "the run ended as it should not: \(outcome)\n\(console)" }
  }

  /// - Parameter cut: decides where slices of the host's time end; nil for none that do.
  private func runOnce(_ images: BootImages, cut: UInt64?) throws -> Result {
    var configuration = MachineConfiguration()
    configuration.clock = .virtual(.standard)
    configuration.harts = harts
    let dialogue = Dialogue(Self.steps)
    let machine = try VirtMachine(configuration, console: dialogue)
    dialogue.connect(machine.uart)
    try machine.start(images)
    var cutter = Cutter(seed: cut)
    var slices = 0
    // Input enters at each millisecond of the guest's time at most.
    var edge: Ticks = 0
    while edge < 600 * ticksPerSecond {
      edge += ticksPerSecond / 1000
      var outcome = SliceOutcome.ran
      while machine.now < edge, outcome == .ran {
        slices += 1
        outcome = cutter.next(upTo: 400_000).map { machine.run(for: $0, until: edge) } ?? machine.run(until: edge)
      }
      if case .ended(let end) = outcome {
        guard end == .passed, dialogue.isOver, let trace = machine.traceHash else {
          throw Unexpected(outcome: "\(end)", console: dialogue.text)
        }
        return Result(
          hash: trace.description, events: trace.events, digest: machine.stateDigest,
          instructions: machine.statistics.instructions, console: dialogue.text, slices: slices)
      }
      dialogue.goOn()
    }
    throw Unexpected(outcome: "it goes on", console: dialogue.text)
  }
}

/// Decides how long slices of the host's time are.
private struct Cutter {
  private var entropy: DeviceEntropy?

  init(seed: UInt64?) { entropy = seed.map { DeviceEntropy(seed: $0) } }

  /// Nanoseconds; nil where there are no slices.
  mutating func next(upTo limit: UInt64) -> UInt64? {
    guard let number = entropy?.next() else { return nil }
    return 1 + number % limit
  }
}
