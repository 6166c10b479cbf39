import HartEngine
import ISA
import Peripherals
import SystemBus

/// A machine at one moment. Any number of machines can go on from it; they share the memory that they do not change.
public struct MachineSnapshot: Sendable {
  public let configuration: MachineConfiguration
  public let ram: MemoryImage
  let registers: [UInt8]
  let boot: LoadedBoot?

  /// The same, with another engine to run what goes on from it; nil for no other.
  public func run(by engine: EngineChoice?) -> Self {
    guard let engine else { return self }
    var configuration = configuration
    configuration.engine = engine
    return Self(configuration: configuration, ram: ram, registers: registers, boot: boot)
  }

  // MARK: As bytes

  /// All of it but RAM, for a file.
  public func encoded() -> [UInt8] { Self.encode(configuration, registers, boot) }

  static func encode(_ configuration: MachineConfiguration, _ registers: [UInt8], _ boot: LoadedBoot?) -> [UInt8] {
    var encoder = StateEncoder()
    encoder.section("snapshot", version: 2)
    encoder.encode(UInt64(clamping: configuration.memorySize))
    encoder.encode(UInt8(clamping: configuration.harts))
    encoder.encode(configuration.isa.name)
    switch configuration.clock {
    case .host: encoder.encode(UInt64(0))
    case .virtual(let rate): encoder.encode(rate.instructionsPerSecond)
    }
    encoder.encode(configuration.seed != nil)
    encoder.encode(configuration.seed ?? 0)
    encoder.encode(boot)
    encoder.encode(registers)
    return encoder.bytes
  }

  /// What `encoded` made.
  /// - Parameter ram: asked for an image of so many bytes once the size is known to be possible.
  public init(_ bytes: [UInt8], ram: (Int) throws -> MemoryImage) throws {
    let parts = try Self.parts(of: bytes)
    let image = try ram(parts.configuration.memorySize)
    guard image.size == parts.configuration.memorySize else {
      throw StateError.invalidValue(section: "snapshot", field: "size of RAM")
    }
    self.init(configuration: parts.configuration, ram: image, registers: parts.registers, boot: parts.boot)
  }

  /// What `encoded` has put together.
  struct Parts {
    var configuration: MachineConfiguration
    var registers: [UInt8]
    var boot: LoadedBoot?
  }

  static func parts(of bytes: [UInt8]) throws(StateError) -> Parts {
    var decoder = StateDecoder(bytes)
    let configuration = try configuration(from: &decoder)
    let boot = try decoder.decodeBoot(ramSize: configuration.memorySize)
    let registers = try decoder.decodeBytes()
    guard decoder.isAtEnd else { throw decoder.invalid("length") }
    return Parts(configuration: configuration, registers: registers, boot: boot)
  }

  /// What the machine is made of that `encoded` made the bytes of.
  public static func configuration(of bytes: [UInt8]) throws(StateError) -> MachineConfiguration {
    var decoder = StateDecoder(bytes)
    return try configuration(from: &decoder)
  }

  private static func configuration(from decoder: inout StateDecoder) throws(StateError) -> MachineConfiguration {
    let version = try decoder.section("snapshot", newest: 2)
    var description = MachineDescription()
    description.memory = try decoder.decode(UInt64.self)
    description.harts = Int(try decoder.decode(UInt8.self))
    description.isa = String(decoding: try decoder.decodeBytes(), as: UTF8.self)
    let clock = try decoder.decodeClock(version: version)
    if version >= 2 {
      let hasSeed = try decoder.decode(Bool.self)
      let seed = try decoder.decode(UInt64.self)
      if hasSeed { description.seed = seed }
    }
    do throws(DescriptionError) {
      var configuration = try description.configuration()
      configuration.clock = clock
      return configuration
    } catch {
      throw decoder.invalid("machine: \(error)")
    }
  }

  init(configuration: MachineConfiguration, ram: MemoryImage, registers: [UInt8], boot: LoadedBoot?) {
    self.configuration = configuration
    self.ram = ram
    self.registers = registers
    self.boot = boot
  }
}

extension StateDecoder {
  /// The clock of a snapshot: its rate, which version 1 gave in instructions per tick, or 0 for the host's.
  fileprivate mutating func decodeClock(version: UInt16) throws(StateError) -> MachineConfiguration.ClockKind {
    let number = try decode(UInt64.self)
    guard number > 0 else { return .host }
    if version == 1 { return .virtual(instructionsPerTick: number) }
    guard let rate = ClockRate(instructionsPerSecond: number) else { throw invalid("clock rate") }
    return .virtual(rate)
  }
}

/// Why no machine can go on from a snapshot.
public enum SnapshotError: Error, CustomStringConvertible {
  case memory(MemoryError)
  case state(StateError)

  public var description: String {
    switch self {
    case .memory(let error): "\(error)"
    case .state(let error): "\(error)"
    }
  }
}

extension VirtMachine {
  /// The machine as it is now, which must not be running. It goes on unharmed. What the guest has sent to the console, and
  /// what was typed and has not reached the UART, are not part of it.
  ///
  /// Takes some 0.2 ms where RAM is `.freezable` or few pages of it have changed since the last time, and else as long as
  /// copying what the guest has touched.
  public func snapshot() throws(MemoryError) -> MachineSnapshot {
    let registers = saveState(.registers)
    return MachineSnapshot(configuration: configuration, ram: try ram.freeze(), registers: registers, boot: boot)
  }

  /// A machine that goes on from `snapshot`: under virtual time exactly as the one that it was taken of.
  public convenience init(_ snapshot: MachineSnapshot, console: any ConsoleSink) throws(SnapshotError) {
    do throws(MemoryError) {
      try self.init(snapshot.configuration, console: console, ram: .image(snapshot.ram))
    } catch {
      throw .memory(error)
    }
    do throws(StateError) {
      try resume(snapshot)
    } catch {
      throw .state(error)
    }
  }

  /// Goes back to `snapshot`, which a machine of the same configuration must have been.
  public func restore(_ snapshot: MachineSnapshot) throws(SnapshotError) {
    guard snapshot.ram.size == ram.size else {
      throw .state(
        .otherMachine(property: "memory", saved: "\(snapshot.ram.size >> 10) KiB", here: "\(ram.size >> 10) KiB"))
    }
    do throws(MemoryError) {
      try ram.adopt(snapshot.ram)
    } catch {
      throw .memory(error)
    }
    do throws(StateError) {
      try resume(snapshot)
    } catch {
      throw .state(error)
    }
  }

  private func resume(_ snapshot: MachineSnapshot) throws(StateError) {
    boot = snapshot.boot
    try restoreState(snapshot.registers, .registers)
  }

  /// What `MachineSnapshot.encoded` would give, for those who get at RAM by another way. The machine must not be running.
  package func encodedWithoutRAM() -> [UInt8] {
    let registers = saveState(.registers)
    return MachineSnapshot.encode(configuration, registers, boot)
  }

  /// Goes on from what `MachineSnapshot.encoded` made the bytes of, with what is in RAM.
  package func resume(encoded bytes: [UInt8]) throws(StateError) {
    let parts = try MachineSnapshot.parts(of: bytes)
    guard parts.configuration.memorySize == ram.size else {
      throw .otherMachine(
        property: "memory", saved: "\(parts.configuration.memorySize >> 10) KiB", here: "\(ram.size >> 10) KiB")
    }
    boot = parts.boot
    try restoreState(parts.registers, .registers)
  }
}
