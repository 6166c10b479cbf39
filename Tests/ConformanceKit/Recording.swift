/// What a program's trace was when it agreed with Spike's: enough to check it again without Spike.
public struct Recording: Equatable, Sendable, CustomStringConvertible {
  public var group: Group
  public var seed: UInt64
  public var index: Int
  /// Lines of the trace, from the program's entry to its end.
  public var instructions = 0
  /// FNV-1a over those lines, line feeds included.
  public var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  public init(_ group: Group, seed: UInt64, index: Int) {
    self.group = group
    self.seed = seed
    self.index = index
  }

  /// Reads what `description` writes; nil when it is not of that form.
  public init?(_ text: some StringProtocol) {
    let fields = text.split(separator: " ")
    guard fields.count == 5, let group = Group(rawValue: String(fields[0])), let seed = UInt64(fields[1]),
      let index = Int(fields[2]), let instructions = Int(fields[3]), let hash = UInt64(fields[4], radix: 16)
    else { return nil }
    self.init(group, seed: seed, index: index)
    self.instructions = instructions
    self.hash = hash
  }

  /// `group seed index instructions hash`.
  public var description: String { "\(group.rawValue) \(seed) \(index) \(instructions) \(String(hash, radix: 16))" }

  public var program: Program { group.program(seed: seed, index: index) }

  /// The recording of the same program as the machine runs it now, and that run.
  public func repeated() throws -> (recording: Recording, run: ProgramRun) {
    var result = Recording(group, seed: seed, index: index)
    let program = program
    let run = try ProgramRun(program)
    _ = run.trace(limit: 2_000_000) { line in
      result.add(line)
      return Comparator.pc(of: line) != program.endPC
    }
    return (result, run)
  }

  private mutating func add(_ line: [UInt8]) {
    instructions += 1
    for byte in line { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ 0x0A) &* 0x100_0000_01B3
  }
}
