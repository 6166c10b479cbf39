import ArgumentParser
import Boards
import ConformanceKit
import Foundation
import HartEngine
import Peripherals
import SystemBus

/// A kernel to boot in place of random programs.
struct KernelOptions: ParsableArguments {
  @Option(help: "A kernel to boot on both engines in place of random programs.")
  var kernel: String?

  @Option(help: "Its initial file system.")
  var initrd: String?

  @Option(help: "Its command line.")
  var append: String?

  @Option(help: "What to type at the kernel's prompt, each a line at a prompt of its own.")
  var type: [String] = []

  @Option(help: "What a prompt ends with.")
  var prompt = "# "

  @Option(help: "Milliseconds of virtual time to run it for.")
  var milliseconds: UInt64 = 10_000

  @Option(help: "Milliseconds of virtual time between comparisons.")
  var interval: UInt64 = 10
}

/// Boots a kernel twice and compares what can be seen of it at intervals of virtual time.
struct KernelComparison {
  private let images: BootImages
  private let options: KernelOptions
  private var setting: LockstepSetting
  private let harts: Int

  init(_ kernel: String, _ options: KernelOptions, _ setting: LockstepSetting, harts: Int) throws {
    var boot = BootDescription(kernel: kernel)
    boot.initrd = options.initrd
    boot.append = options.append
    images = try BootImages(boot)
    self.options = options
    self.setting = setting
    self.setting.engines = Array(setting.engines.prefix(2))
    self.harts = harts
  }

  private func machine(_ engine: EngineChoice, _ console: any ConsoleSink) throws -> VirtMachine {
    var configuration = MachineConfiguration()
    configuration.clock = .virtual(.standard)
    configuration.harts = harts
    configuration.engine = engine
    let machine = try VirtMachine(configuration, console: console)
    try machine.start(images)
    return machine
  }

  func run() throws {
    let pair = try LockstepPair(setting, machine)
    let end = options.milliseconds * ticksPerSecond / 1000
    var typist = Typist(options.type, prompt: options.prompt)
    var time: Ticks = 0
    var steps: [LockstepAdvance] = []
    func advance(_ step: LockstepAdvance) {
      steps.append(step)
      pair.advance(step)
    }
    while time < end, !pair.hasEnded {
      time += options.interval * ticksPerSecond / 1000
      advance(.time(time))
      if let input = typist.next(after: pair.consoles[0].bytes, room: pair.machines[0].uart.receiveSpace) {
        advance(.input(input))
      }
      let isSecond = time % ticksPerSecond == 0
      guard isSame(pair), !(isSecond || time >= end || pair.hasEnded) || pair.isSame(includingMemory: true) else {
        return try report(pair, time, steps)
      }
      if isSecond { print("\(time / ticksPerSecond) s: \(pair.executed) instructions") }
      fflush(nil)
    }
    print(String(decoding: pair.consoles[0].bytes.suffix(600), as: UTF8.self))
    let hash = pair.machines[0].traceHash?.description ?? ""
    print("\(pair.executed) instructions of a kernel, 0 differences; trace hash \(hash)")
  }

  private func isSame(_ pair: LockstepPair) -> Bool {
    let machines = pair.machines
    return machines[0].executed == machines[1].executed && machines[0].traceHash?.value == machines[1].traceHash?.value
      && pair.consoles[0].bytes == pair.consoles[1].bytes
      && zip(machines[0].harts, machines[1].harts).allSatisfy { state($0) == state($1) }
  }

  private func state(_ hart: Hart) -> [UInt8] {
    var encoder = StateEncoder()
    hart.save(to: &encoder)
    return encoder.bytes
  }

  /// What differs now; then where it began, for which the kernel is booted again and again.
  private func report(_ pair: LockstepPair, _ time: Ticks, _ steps: [LockstepAdvance]) throws {
    print("the machines differ at \(time) ticks, and were alike \(options.interval) ms before:")
    let pictures = pair.machines.map { MachinePicture($0).values }
    for (first, second) in zip(pictures[0], pictures[1]) where first != second {
      print("  \(first.name): \(String(first.value, radix: 16)), \(String(second.value, radix: 16))")
    }
    print("looking for the first instruction after which they do…")
    fflush(nil)
    let title = options.kernel ?? ""
    for line in try LockstepInvestigation(title, setting: setting, steps: steps, make: machine).report() {
      print(line)
    }
    throw ExitCode.failure
  }
}

/// Types lines, each when the guest has prompted for it.
private struct Typist {
  private var lines: [String]
  private let prompt: [UInt8]
  private var typed: [UInt8] = []
  /// How much of the output has been looked at.
  private var seen = 0

  init(_ lines: [String], prompt: String) {
    self.lines = lines
    self.prompt = Array(prompt.utf8)
  }

  /// What is typed next, as far as there is room for it.
  mutating func next(after output: [UInt8], room: Int) -> [UInt8]? {
    if typed.isEmpty, !lines.isEmpty, output.count > seen, output.suffix(prompt.count) == prompt[...] {
      seen = output.count
      typed = Array((lines.removeFirst() + "\n").utf8)
    }
    let now = Array(typed.prefix(room))
    typed.removeFirst(now.count)
    return now.isEmpty ? nil : now
  }
}
