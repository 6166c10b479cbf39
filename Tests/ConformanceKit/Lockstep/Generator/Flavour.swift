import ISA

/// What a program does much and what little. No two programs are alike in it, so that some are dense in what others lack.
struct Flavour {
  /// Weights of kinds of instructions.
  var integer: Int
  var compressed: Int
  var memory: Int
  var float: Int
  var atomic: Int
  var register: Int
  var other: Int
  /// Per mille of instructions that trap.
  var traps: Int
  /// Per cent of memory accesses that are aligned.
  var alignment: Int
  /// Sections of the main loop.
  var sections: Int
  /// Functions that are called.
  var functions: Int
  /// Most passes of nested loops, multiplied.
  var heat: Int
  /// Whether handlers mend some faults instead of skipping instructions.
  var mends: Bool
  /// Whether trap vectors have an entry for each interrupt.
  var isVectored: Bool
  /// Ticks between timer interrupts: at least, and a mask of what is added.
  var timer: (least: Int32, mask: Int32)
  /// Whether `stimecmp` means something.
  var hasSupervisorTimer: Bool
  /// How much there is of other modes, of interrupts and of registers of M mode, in per cent of what sections are made of.
  var visits: Int
  /// How much code changes, in per cent of where it may.
  var modifications: Int
  /// Whether code may not be written through page tables of 4 KiB pages.
  var protectsCode: Bool

  init(_ random: inout RandomSource, instructionsPerTick: Int) {
    func weight(_ usual: Int) -> Int {
      switch random.below(6) {
      case 0: usual / 4
      case 1: usual * 3
      default: usual
      }
    }
    integer = weight(34) + 1
    compressed = weight(26)
    memory = weight(20)
    float = weight(22) * random.pick([1, 1, 1, 1, 6])
    atomic = weight(4)
    register = weight(2)
    other = weight(5)
    traps = random.pick([0, 1, 1, 3, 3, 10])
    alignment = random.pick([100, 90, 75, 50])
    sections = 6 + random.below(20)
    functions = 3 + random.below(8)
    heat = random.pick([50, 400, 2000, 2000, 6000])
    mends = random.chance(percent: 60)
    isVectored = random.chance(percent: 50)
    timer = Self.interval(&random, instructionsPerTick)
    visits = random.pick([0, 25, 50, 80, 95])
    modifications = random.pick([0, 20, 50, 90])
    hasSupervisorTimer = random.chance(percent: 75)
    protectsCode = random.chance(percent: 20)
  }

  /// A few hundred to some thousand instructions.
  private static func interval(_ random: inout RandomSource, _ rate: Int) -> (least: Int32, mask: Int32) {
    let least = random.pick([80, 300, 1500]) / rate + 1
    let mask = random.pick([127, 1023, 4095]) / rate
    // All ones below the highest bit.
    return (Int32(least), mask == 0 ? 0 : Int32(1 << (Int.bitWidth - mask.leadingZeroBitCount) - 1))
  }

  enum Kind: CaseIterable { case integer, compressed, memory, float, atomic, register, other }

  private func weight(_ kind: Kind) -> Int {
    switch kind {
    case .integer: integer
    case .compressed: compressed
    case .memory: memory
    case .float: float
    case .atomic: atomic
    case .register: register
    case .other: other
    }
  }

  func kind(_ random: inout RandomSource) -> Kind {
    var left = random.below(integer + compressed + memory + float + atomic + register + other)
    for kind in Kind.allCases {
      left -= weight(kind)
      if left < 0 { return kind }
    }
    return .integer
  }
}
