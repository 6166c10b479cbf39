import Boards
import HartEngine
import ISA
import Peripherals
import RegisterMaps
import SystemBus

/// A machine with a random program, all of it decided by a seed, to be run by two engines alike.
public struct LockstepPlan: Sendable {
  public let seed: UInt64
  public let configuration: MachineConfiguration
  public let segments: [Program.Segment]

  /// How many instructions of the program should be run, unless somebody says otherwise.
  public var length: UInt64 {
    var random = RandomSource(seed: seed ^ 0x1234)
    return random.pick([50_000, 100_000, 200_000, 200_000, 400_000, 1_500_000])
  }

  /// - Parameter harts: 1…4; nil to leave it to the seed.
  public init(seed: UInt64, harts: Int? = nil) {
    self.seed = seed
    var random = RandomSource(seed: seed &* 0xD134_2543_DE82_EF95 &+ 0x1234_5678)
    var configuration = MachineConfiguration()
    configuration.memorySize = LockstepLayout.memorySize
    let chosen = random.pick([1, 1, 2, 4])
    configuration.harts = min(max(harts ?? chosen, 1), LockstepLayout.hartLimit)
    let rate = random.pick([1, 1, 2, 10])
    configuration.clock = .virtual(instructionsPerTick: UInt64(rate))
    self.configuration = configuration
    let flavour = Flavour(&random, instructionsPerTick: rate)
    var builder = LockstepBuilder(random: random, flavour: flavour, harts: configuration.harts)
    builder.emitProgram()
    segments = builder.finish()
  }

  /// The machine with the program in its memory, all harts at its start.
  public func machine(_ engine: EngineChoice, console: any ConsoleSink) throws -> VirtMachine {
    var configuration = configuration
    configuration.engine = engine
    let machine = try VirtMachine(configuration, console: console)
    for segment in segments { _ = machine.ram.write(segment.bytes, at: segment.address) }
    for hart in machine.harts { hart.pc = MemoryMap.ramBase }
    return machine
  }
}
