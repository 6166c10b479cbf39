import ArgumentParser
import Boards
import HartEngine
import ISA

extension MachineDescription.ClockChoice: ExpressibleByArgument {}
extension EngineChoice: ExpressibleByArgument {}

/// The options that say what the machine is made of.
struct MachineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("RAM, 64K to 2G, in bytes or K, M, G (default: 128M).", valueName: "size"),
    transform: MemoryLimits.memory)
  var memory: ByteSize?

  @Option(help: ArgumentHelp("Number of harts, 1 to 8 (default: 1).", valueName: "count"))
  var harts: Int?

  @Option(
    help: ArgumentHelp("The harts' ISA, such as rv32imac_zicsr (default: everything there is).", valueName: "isa"),
    transform: { try ISAConfiguration(parsing: $0) })
  var isa: ISAConfiguration?

  @Option(
    help: """
      How guest code is run: interpreter, translator (all of it as host code), or auto, which makes host code of what is \
      run often (default: auto). The guest cannot tell.
      """)
  var engine: EngineChoice?

  @Option(
    help: """
      What drives the guest's time: the host's clock, or the instructions executed (virtual), which makes a run depend \
      on its input alone; --timeout then counts the guest's time (default: host, with --test virtual).
      """)
  var clock: MachineDescription.ClockChoice?

  @Option(
    help: ArgumentHelp(
      "How fast the guest seems to run under --clock virtual, such as 62.5MIPS or 1GIPS (default: 100MIPS).",
      valueName: "rate"),
    transform: ClockRate.init(parsing:))
  var clockRate: ClockRate?

  @Option(
    help: ArgumentHelp(
      """
      A number that decides what random bytes the guest finds in its device tree (default: the host's random numbers \
      under --clock host, 0 under --clock virtual).
      """, valueName: "number"))
  var seed: UInt64?

  func validate() throws {
    guard let harts else { return }
    guard (1...MachineConfiguration.hartLimit).contains(harts) else {
      throw ValidationError(
        "The value '\(harts)' is invalid for '--harts <count>': expected 1 to \(MachineConfiguration.hartLimit)")
    }
  }

  /// The machine they describe.
  /// - Parameter clock: what drives its time if they do not say.
  func configuration(clock unlessSaid: MachineDescription.ClockChoice = .host) -> MachineConfiguration {
    var configuration = MachineConfiguration()
    if let memory { configuration.memorySize = Int(memory.bytes) }
    if let harts { configuration.harts = harts }
    if let isa { configuration.isa = isa }
    configuration.seed = seed
    if let engine { configuration.engine = engine }
    if clock ?? unlessSaid == .virtual { configuration.clock = .virtual(clockRate ?? .standard) }
    return configuration
  }

  /// A machine that goes on from a snapshot is made as the snapshot says: what is asked for besides has to be the same.
  func check(against saved: MachineConfiguration, of file: String) throws(CommandError) {
    let rate: ClockRate? = if case .virtual(let rate) = saved.clock { rate } else { nil }
    let size = ByteSize(bytes: UInt64(saved.memorySize))
    func compare<Value: Equatable>(
      _ option: String, _ here: Value?, _ there: Value?, _ words: (Value) -> String
    ) throws(CommandError) {
      guard let here, here != there else { return }
      throw .otherMachine(file: file, option: option, here: words(here), there: there.map(words) ?? "none")
    }
    try compare("--memory", memory, size) { "\($0)" }
    try compare("--harts", harts, saved.harts) { "\($0)" }
    try compare("--isa", isa?.name, saved.isa.name) { $0 }
    try compare("--clock", clock, rate == nil ? .host : .virtual) { $0.rawValue }
    try compare("--clock-rate", clockRate, rate) { "\($0)" }
    try compare("--seed", seed, saved.seed) { "\($0)" }
  }
}
