import DeviceTree
import ISA
import RegisterMaps
import SystemBus

/// The platform-level interrupt controller (RISC-V PLIC specification 1.0.0) with level-triggered gateways and an
/// M-mode and an S-mode context per hart, in the order M0, S0, M1, S1, ….
///
/// As in QEMU only aligned words are decoded; words that hold no register read zero and ignore writes.
public final class PLIC: Device {
  public let name: String
  public let windowSize: UInt32 = PLICRegisters.windowSize
  /// The highest interrupt source; sources are 1…`lastSource`.
  public let lastSource: UInt32

  private let pins: [HartPins]
  private var lines: [InterruptLine] = []
  private let words: Int
  /// Indexed by source.
  private var priorities: [UInt8]
  /// A bit for each source: its line is high.
  private var levels: [UInt32]
  /// A bit for each source: its gateway has sent a request that no context has claimed yet.
  private var pending: [UInt32]
  /// A bit for each source: claimed and not completed, so that its gateway stays shut.
  private var inService: [UInt32]
  /// `words` words of enable bits for each context.
  private var enables: [UInt32]
  private var thresholds: [UInt8]

  /// - Parameters:
  ///   - harts: the pins of harts 0, 1, …; the PLIC drives their external interrupt inputs.
  ///   - lastSource: the highest source, 1…1023.
  public init(name: String = "plic", harts: [HartPins], lastSource: UInt32 = MemoryMap.plicSources) {
    self.name = name
    self.pins = harts
    self.lastSource = min(max(lastSource, 1), 1023)
    let sources = Int(self.lastSource) + 1
    let contexts = 2 * harts.count
    words = (sources + 31) / 32
    priorities = Array(repeating: 0, count: sources)
    levels = Array(repeating: 0, count: words)
    pending = levels
    inService = levels
    enables = Array(repeating: 0, count: words * contexts)
    thresholds = Array(repeating: 0, count: contexts)
    lines = (0..<sources).map { source in
      InterruptLine { [weak self] level in self?.setLine(source, to: level) }
    }
  }

  /// The wire of `source`. Every call returns the same one; a source that does not exist has a wire to nowhere.
  public func line(for source: UInt32) -> InterruptLine {
    guard source >= 1, source <= lastSource else { return InterruptLine { _ in } }
    return lines[Int(source)]
  }

  // MARK: - Gateways and contexts

  private func setLine(_ source: Int, to level: Bool) {
    let (word, bit) = (source / 32, UInt32(1) << UInt32(source % 32))
    // A device that restores its own state raises a line that the restored PLIC knows to be high.
    guard level != (levels[word] & bit != 0) else { return }
    levels[word] ^= bit
    forwardRequest(bit, of: word)
  }

  /// Lets the gateway of a source send a request if its line is high and no earlier request is in service. A request
  /// that was sent stays pending even when the line falls.
  private func forwardRequest(_ bit: UInt32, of word: Int) {
    pending[word] |= bit & levels[word] & ~inService[word]
    updatePins()
  }

  /// The pending source that `context` has enabled with the highest priority above `threshold`, the lowest number
  /// among equals; 0 when there is none.
  private func bestSource(for context: Int, above threshold: UInt8) -> Int {
    var best = (source: 0, priority: threshold)
    for word in 0..<words {
      var candidates = pending[word] & enables[context * words + word]
      while candidates != 0 {
        let source = word * 32 + candidates.trailingZeroBitCount
        candidates &= candidates &- 1
        if priorities[source] > best.priority { best = (source, priorities[source]) }
      }
    }
    return best.source
  }

  private func updatePins() {
    for context in thresholds.indices {
      let level = bestSource(for: context, above: thresholds[context]) != 0
      pins[context / 2].set(context % 2 == 0 ? .machineExternal : .supervisorExternal, to: level)
    }
  }

  /// Hands the most urgent source to `context`. The threshold plays no part ("Interrupt Claim Process").
  private func claim(by context: Int) -> UInt32 {
    let source = bestSource(for: context, above: 0)
    guard source != 0 else { return 0 }
    let (word, bit) = (source / 32, UInt32(1) << UInt32(source % 32))
    pending[word] &= ~bit
    inService[word] |= bit
    updatePins()
    return UInt32(source)
  }

  /// Reopens the gateway of `source`. Ignored when `context` has not enabled it ("Interrupt Completion").
  private func complete(_ source: UInt32, by context: Int) {
    guard source >= 1, source <= lastSource else { return }
    let (word, bit) = (Int(source / 32), UInt32(1) << (source % 32))
    guard enables[context * words + word] & bit != 0 else { return }
    inService[word] &= ~bit
    forwardRequest(bit, of: word)
  }

  // MARK: - Inspection

  /// What the PLIC knows of a source. Asking changes nothing: no request is claimed.
  public struct SourceStatus: Equatable, Sendable {
    /// 1…`lastSource`.
    public var source: UInt32
    /// 0…7; 0 means never.
    public var priority: UInt8
    /// Whether the device raises its line.
    public var isRaised: Bool
    /// Whether a request waits to be claimed.
    public var isPending: Bool
    /// Whether a request was claimed and has not been completed.
    public var isInService: Bool
  }

  /// What the PLIC knows of a context, which is one mode of one hart.
  public struct ContextStatus: Equatable, Sendable {
    /// The sources that it has enabled, in ascending order.
    public var enabled: [UInt32]
    /// 0…7; only higher priorities interrupt.
    public var threshold: UInt8
  }

  /// A source of 1…`lastSource`; all zero for any other.
  public func status(ofSource source: UInt32) -> SourceStatus {
    guard source >= 1, source <= lastSource else {
      return SourceStatus(source: source, priority: 0, isRaised: false, isPending: false, isInService: false)
    }
    let (word, bit) = (Int(source / 32), UInt32(1) << (source % 32))
    return SourceStatus(
      source: source, priority: priorities[Int(source)], isRaised: levels[word] & bit != 0,
      isPending: pending[word] & bit != 0, isInService: inService[word] & bit != 0)
  }

  /// A context by its number, see `PLICRegisters`; one that does not exist has enabled nothing.
  public func status(ofContext context: UInt32) -> ContextStatus {
    guard Int(context) < thresholds.count else { return ContextStatus(enabled: [], threshold: 0) }
    let first = Int(context) * words
    let enabled = (1...lastSource).filter { enables[first + Int($0 / 32)] & 1 << ($0 % 32) != 0 }
    return ContextStatus(enabled: enabled, threshold: thresholds[Int(context)])
  }

  // MARK: - Registers

  private enum Register {
    case priority(source: Int)
    case pending(word: Int)
    case enable(context: Int, word: Int)
    case threshold(context: Int)
    case claim(context: Int)
  }

  private func register(at offset: UInt32) -> Register? {
    switch offset {
    case PLICRegisters.priority..<PLICRegisters.pending:
      let source = Int((offset - PLICRegisters.priority) / 4)
      return source >= 1 && source < priorities.count ? .priority(source: source) : nil
    case PLICRegisters.pending..<PLICRegisters.enable:
      let word = Int((offset - PLICRegisters.pending) / 4)
      return word < words ? .pending(word: word) : nil
    case PLICRegisters.enable..<PLICRegisters.threshold:
      let (context, rest) = (offset - PLICRegisters.enable).quotientAndRemainder(dividingBy: PLICRegisters.enableStride)
      let word = Int(rest / 4)
      return context < thresholds.count && word < words ? .enable(context: Int(context), word: word) : nil
    default:
      let (context, rest) =
        (offset - PLICRegisters.threshold).quotientAndRemainder(dividingBy: PLICRegisters.contextStride)
      guard context < thresholds.count else { return nil }
      switch rest {
      case 0: return .threshold(context: Int(context))
      case PLICRegisters.claimOffset: return .claim(context: Int(context))
      default: return nil
      }
    }
  }

  public func read(at offset: UInt32, width: AccessWidth) throws(AccessFault) -> UInt32 {
    try requireAlignedWord(at: offset, width: width)
    switch register(at: offset) {
    case .priority(let source): return UInt32(priorities[source])
    case .pending(let word): return pending[word]
    case .enable(let context, let word): return enables[context * words + word]
    case .threshold(let context): return UInt32(thresholds[context])
    case .claim(let context): return claim(by: context)
    case nil: return 0
    }
  }

  public func write(_ value: UInt32, at offset: UInt32, width: AccessWidth) throws(AccessFault) {
    try requireAlignedWord(at: offset, width: width)
    let priority = UInt8(value & PLICRegisters.highestPriority)
    switch register(at: offset) {
    case .priority(let source):
      priorities[source] = priority
      updatePins()
    case .enable(let context, let word):
      enables[context * words + word] = value & existingSources(in: word)
      updatePins()
    case .threshold(let context):
      thresholds[context] = priority
      updatePins()
    case .claim(let context):
      complete(value, by: context)
    case .pending, nil: break
    }
  }

  /// The bits of `word` that stand for a source; source 0 does not exist.
  private func existingSources(in word: Int) -> UInt32 {
    let beyond = words * 32 - priorities.count
    return (word == 0 ? ~1 : ~0) & (word == words - 1 ? ~0 >> UInt32(beyond) : ~0)
  }

  // MARK: - Life cycle

  /// Everything 0. The lines belong to the devices, which lower theirs at the same reset, before or after this.
  public func reset() {
    for source in priorities.indices { priorities[source] = 0 }
    for index in enables.indices { enables[index] = 0 }
    for context in thresholds.indices { thresholds[context] = 0 }
    for word in 0..<words {
      inService[word] = 0
      pending[word] = 0
    }
    updatePins()
  }

  public func describe(in node: inout DeviceNode) {
    node.set("compatible", ["sifive,plic-1.0.0", "riscv,plic0"])
    node.set("#interrupt-cells", 1)
    node.set("#address-cells", 0)
    node.set("interrupt-controller")
    node.set("riscv,ndev", lastSource)
  }

  public func save(to encoder: inout StateEncoder) {
    encoder.section(name, version: 1)
    encoder.encode(priorities)
    for words in [levels, pending, inService, enables] { encoder.encode(words) }
    encoder.encode(thresholds)
  }

  public func restore(from decoder: inout StateDecoder) throws(StateError) {
    try decoder.section(name, newest: 1)
    let priorities = try decoder.decodeArray(of: UInt8.self, count: priorities.count)
    let levels = try sourceBits(from: &decoder, count: words, field: "levels")
    let pending = try sourceBits(from: &decoder, count: words, field: "pending")
    let inService = try sourceBits(from: &decoder, count: words, field: "in service")
    let enables = try sourceBits(from: &decoder, count: enables.count, field: "enables")
    let thresholds = try decoder.decodeArray(of: UInt8.self, count: thresholds.count)
    guard (priorities + thresholds).allSatisfy({ $0 <= PLICRegisters.highestPriority }) else {
      throw decoder.invalid("priority")
    }
    (self.priorities, self.thresholds) = (priorities, thresholds)
    (self.levels, self.pending, self.inService, self.enables) = (levels, pending, inService, enables)
    updatePins()
  }

  /// Decodes words of source bits and refuses sources that do not exist.
  private func sourceBits(
    from decoder: inout StateDecoder, count: Int, field: String
  ) throws(StateError) -> [UInt32] {
    let bits = try decoder.decodeArray(of: UInt32.self, count: count)
    for (index, word) in bits.enumerated() where word & ~existingSources(in: index % words) != 0 {
      throw decoder.invalid(field)
    }
    return bits
  }
}
