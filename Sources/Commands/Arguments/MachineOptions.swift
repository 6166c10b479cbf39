import ArgumentParser
import Boards
import ISA

/// The options that say what the machine is made of.
struct MachineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("RAM, 64K to 2G, in bytes or K, M, G (default: 128M).", valueName: "size"),
    transform: MemoryLimits.memory)
  var memory = ByteSize(bytes: 128 << 20)

  @Option(help: ArgumentHelp("Number of harts, 1 to 8.", valueName: "count"))
  var harts = 1

  @Option(
    help: ArgumentHelp("The harts' ISA, such as rv32imac_zicsr (default: everything there is).", valueName: "isa"),
    transform: { try ISAConfiguration(parsing: $0) })
  var isa: ISAConfiguration?

  func validate() throws {
    guard (1...MachineConfiguration.hartLimit).contains(harts) else {
      throw ValidationError(
        "The value '\(harts)' is invalid for '--harts <count>': expected 1 to \(MachineConfiguration.hartLimit)")
    }
  }

  /// The machine they describe.
  var configuration: MachineConfiguration {
    var configuration = MachineConfiguration()
    configuration.memorySize = Int(memory.bytes)
    configuration.harts = harts
    if let isa { configuration.isa = isa }
    return configuration
  }
}
