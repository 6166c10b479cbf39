import HartEngine
import ISA

/// What a machine is made of, as it is written down: see `MachineConfiguration` for what it means.
/// Two are equal if a guest cannot tell their machines apart.
public struct MachineDescription: Codable, Equatable, Sendable {
  /// RAM in bytes; a multiple of 4096, at most 2 GiB.
  public var memory: UInt64 = 128 << 20
  /// 1…8.
  public var harts = 1
  /// An ISA string; nil for everything there is.
  public var isa: String?
  public var clock = ClockChoice.host
  /// How fast the guest seems to run under virtual time; nil for 100 MIPS.
  public var clockRate: ClockRate?
  /// What the guest's random numbers begin with: see `MachineConfiguration`.
  public var seed: UInt64?
  /// How its code is run, of which the guest sees nothing; nil for what is usual.
  public var engine: EngineChoice?

  /// What drives machine time.
  public enum ClockChoice: String, Codable, CaseIterable, Sendable {
    case host, virtual
  }

  public init() {}

  /// That of a machine that there is.
  public init(_ configuration: MachineConfiguration) {
    memory = UInt64(clamping: configuration.memorySize)
    harts = configuration.harts
    isa = configuration.isa.name
    seed = configuration.seed
    if case .virtual(let rate) = configuration.clock { (clock, clockRate) = (.virtual, rate) }
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.memory == b.memory && a.harts == b.harts && a.isa == b.isa && a.clock == b.clock && a.clockRate == b.clockRate
      && a.seed == b.seed
  }

  /// The machine described.
  public func configuration() throws(DescriptionError) -> MachineConfiguration {
    guard (1...MachineConfiguration.hartLimit).contains(harts) else { throw .harts(harts) }
    guard memory >= 64 << 10, memory <= UInt64(MachineConfiguration.memoryLimit), memory % 4096 == 0 else {
      throw .memory(memory)
    }
    var configuration = MachineConfiguration()
    configuration.memorySize = Int(memory)
    configuration.harts = harts
    configuration.seed = seed
    if let engine { configuration.engine = engine }
    switch clock {
    case .host: if let clockRate { throw .rateOfHostClock(clockRate) }
    case .virtual: configuration.clock = .virtual(clockRate ?? .standard)
    }
    do throws(ISAError) {
      if let isa { configuration.isa = try ISAConfiguration(parsing: isa) }
    } catch {
      throw .isa(error)
    }
    return configuration
  }
}

/// Why no machine can be made as described.
public enum DescriptionError: Error, Equatable, CustomStringConvertible {
  case harts(Int)
  case memory(UInt64)
  case isa(ISAError)
  case rateOfHostClock(ClockRate)

  public var description: String {
    switch self {
    case .harts(let count): "a machine has 1 to \(MachineConfiguration.hartLimit) harts, not \(count)"
    case .memory(let bytes):
      "\(bytes) bytes of RAM: expected a multiple of 4096 from 64 KiB to \(MachineConfiguration.memoryLimit >> 30) GiB"
    case .isa(let error): "\(error)"
    case .rateOfHostClock(let rate):
      "a clock rate of \(rate) is for virtual time; the host's clock goes as it goes: choose the virtual clock, or no rate"
    }
  }
}
