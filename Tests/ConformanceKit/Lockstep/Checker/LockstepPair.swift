import Boards
import Foundation
import HartEngine
import Peripherals
import SystemBus

/// A console that keeps what it is sent.
public final class RecordingConsole: ConsoleSink {
  public private(set) var bytes: [UInt8] = []
  public init() {}
  public func write(_ byte: UInt8) { bytes.append(byte) }
}

/// What a checker is to find: one bit that is turned around in the second machine.
public struct PlantedFault: Sendable {
  public enum Place: Sendable {
    case register(hart: Int, number: Int)
    case memory(address: UInt32)
  }

  public var place: Place
  public var bit: Int
  /// When so many instructions have been executed.
  public var time: UInt64

  public init(_ place: Place, bit: Int, after time: UInt64) {
    self.place = place
    self.bit = bit
    self.time = time
  }

  func apply(to machine: VirtMachine) {
    switch place {
    case .register(let hart, let number): machine.harts[hart][x: number] ^= 1 << UInt32(bit)
    case .memory(let address): _ = machine.flipBit(bit, at: address)
    }
  }
}

/// How a program is run twice.
public struct LockstepSetting: Sendable {
  public var engines: [EngineChoice] = [.interpreter, .translator]
  /// Whether the second machine is run in pieces of its own, of which a guest must see nothing.
  public var recuts = false
  public var fault: PlantedFault?
  /// Instructions between comparisons of everything but memory, and of memory too; registers are compared after each slice.
  public var stateInterval: UInt64 = 4000
  public var memoryInterval: UInt64 = 50_000
  /// Most instructions between two comparisons.
  public var longestSlice = 20_000

  public init() {}
}

/// A step of a run.
public enum LockstepAdvance: Equatable, Sendable {
  /// Until so many instructions have been executed.
  case instructions(UInt64)
  /// Until this machine time.
  case time(Ticks)
  /// Something is typed.
  case input([UInt8])
}

/// Two machines that should do the same.
public final class LockstepPair {
  public let machines: [VirtMachine]
  public let consoles = [RecordingConsole(), RecordingConsole()]
  private var fault: PlantedFault?
  private var cutter: RandomSource?

  /// - Parameter make: makes a machine with an engine and a console.
  public init(_ setting: LockstepSetting, _ make: (EngineChoice, any ConsoleSink) throws -> VirtMachine) rethrows {
    let consoles = consoles
    machines = try setting.engines.enumerated().map { try make($0.element, consoles[$0.offset]) }
    fault = setting.fault
    cutter = setting.recuts ? RandomSource(seed: 7) : nil
  }

  /// Instructions that all harts of the first machine have executed.
  public var executed: UInt64 { machines[0].executed }

  /// Whether the program cannot go on.
  public var hasEnded: Bool { machines[0].end != nil }

  /// Takes both machines a step on; less when they end, or wait for good.
  public func advance(_ step: LockstepAdvance) {
    advance(machines[0], step)
    let second = machines[1]
    if let fault, fault.time <= executed {
      second.run(toExecuted: fault.time)
      fault.apply(to: second)
      self.fault = nil
    }
    while cutter != nil, second.executed < executed {
      let before = second.executed
      let piece = UInt64(1 + (cutter?.below(500) ?? 0))
      second.run(toExecuted: min(before + piece, executed))
      if second.executed == before { break }
    }
    advance(second, step)
  }

  private func advance(_ machine: VirtMachine, _ step: LockstepAdvance) {
    switch step {
    case .instructions(let target): machine.run(toExecuted: target)
    case .time(let time): _ = machine.run(until: time)
    case .input(let bytes): _ = machine.uart.receive(bytes)
    }
  }

  /// Whether registers, modes and counts of instructions are alike: what can be compared all the time.
  public var registersAreSame: Bool {
    zip(machines[0].harts, machines[1].harts).allSatisfy { first, second in
      guard first.pc == second.pc, first.mode == second.mode, first.executed == second.executed,
        first.retired == second.retired
      else { return false }
      for index in 1..<32 where first[x: index] != second[x: index] { return false }
      for index in 0..<32 where first[f: index] != second[f: index] { return false }
      return true
    }
  }

  /// Whether the machines are alike in all that a guest can see.
  public func isSame(includingMemory: Bool) -> Bool {
    let (first, second) = (machines[0], machines[1])
    guard first.encodedWithoutRAM() == second.encodedWithoutRAM() else { return false }
    guard includingMemory else { return true }
    return memcmp(first.ram.pointer, second.ram.pointer, first.ram.size) == 0
      && consoles[0].bytes == consoles[1].bytes && counts(first) == counts(second)
  }

  /// What is counted that no engine may count otherwise.
  private func counts(_ machine: VirtMachine) -> MachineStatistics {
    var counts = machine.statistics
    (counts.blocksDecoded, counts.codeCacheFlushes) = (0, 0)
    return counts
  }
}

extension VirtMachine {
  /// Instructions that all harts have executed since power-on.
  public var executed: UInt64 { harts.reduce(0) { $0 &+ $1.executed } }

  /// Runs until so many instructions have been executed, exactly, or less when it ends or waits for good.
  public func run(toExecuted target: UInt64) {
    var fruitless = 0
    while executed < target, fruitless < 1000 {
      let before = executed
      guard run(instructions: target - before) == .ran else { return }
      fruitless = executed == before ? fruitless + 1 : 0
    }
  }
}
