import ISA

/// One evaluation with its outcome, as a line of text: `fadd.s.rne 3f800000 3f800000 = 40000000 0`.
struct FloatVector {
  var instruction: FloatInstruction
  /// The source registers; those that the instruction does not have are arbitrary.
  var operands: (UInt64, UInt64, UInt64)
  var expected: FloatOutcome

  init(_ instruction: FloatInstruction, _ a: UInt64, _ b: UInt64, _ c: UInt64, _ expected: FloatOutcome) {
    self.instruction = instruction
    self.operands = (a, b, c)
    self.expected = expected
  }

  /// Singles that are NaN-boxed are written without their box.
  var line: String {
    let sources = [operands.0, operands.1, operands.2].prefix(instruction.row.operands).map {
      Self.text($0, isSingle: sourceIsSingle)
    }.joined(separator: " ")
    return "\(instruction.name) \(sources) = \(Self.text(expected.value, isSingle: destinationIsSingle)) "
      + String(expected.flags, radix: 16)
  }

  /// - Returns: `nil` if the line is not of the form that `line` writes.
  init?(line: Substring, names: [String: FloatInstruction]) {
    let sides = line.split(separator: "=").map { $0.split(separator: " ") }
    guard sides.count == 2, sides[1].count == 2, let flags = UInt32(sides[1][1], radix: 16) else { return nil }
    guard let name = sides[0].first, let instruction = names[String(name)] else { return nil }
    self.instruction = instruction
    operands = (0, 0, 0)
    expected = FloatOutcome(value: 0, flags: flags)
    let values = sides[0].dropFirst().compactMap { Self.value($0, isSingle: sourceIsSingle) }
    guard values.count == instruction.row.operands,
      let value = Self.value(sides[1][0], isSingle: destinationIsSingle)
    else { return nil }
    let registers = values + [0, 0]
    operands = (registers[0], registers[1], registers[2])
    expected.value = value
  }

  private var sourceIsSingle: Bool { instruction.row.source == .float && instruction.sourcePrecision == .single }
  private var destinationIsSingle: Bool { instruction.row.destination == .float && instruction.precision == .single }

  private static func text(_ value: UInt64, isSingle: Bool) -> String {
    let isBoxed = value >= 0xFFFF_FFFF_0000_0000
    let short = isSingle ? isBoxed : value >> 32 == 0
    let digits = String(short ? value & 0xFFFF_FFFF : value, radix: 16)
    return String(repeating: "0", count: (short ? 8 : 16) - digits.count) + digits
  }

  private static func value(_ text: Substring, isSingle: Bool) -> UInt64? {
    guard let value = UInt64(text, radix: 16) else { return nil }
    return isSingle && text.count == 8 ? value | 0xFFFF_FFFF_0000_0000 : value
  }
}

/// Chooses vectors worth keeping: for each instruction a few for every combination of flags and kind of result.
struct FloatVectorRecorder {
  private struct Key: Hashable {
    var name: String
    var flags: UInt32
    var kind: UInt32
  }

  private let perKey = 3
  private var counts: [Key: Int] = [:]
  private var lines: [String: [String]] = [:]

  mutating func consider(_ vector: FloatVector) {
    let value = vector.expected.value
    let kind: UInt32 =
      switch (vector.instruction.row.destination, vector.instruction.precision) {
      case (.word, _): [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF].contains(value) ? UInt32(value) : 2
      case (.float, .single): Self.kind(UInt32(truncatingIfNeeded: value))
      case (.float, .double): Self.kind(value)
      }
    let key = Key(name: vector.instruction.name, flags: vector.expected.flags, kind: kind)
    let count = counts[key, default: 0]
    guard count < perKey else { return }
    counts[key] = count + 1
    lines[key.name, default: []].append(vector.line)
  }

  /// The class of a number, the smallest and the largest normal one standing apart.
  private static func kind<F: FloatFormat>(_ value: F) -> UInt32 {
    switch value.host.magnitude {
    case F.Host.leastNormalMagnitude: 1 << 10
    case F.Host.greatestFiniteMagnitude: 1 << 11
    default: FloatUnit.classify(value)
    }
  }

  /// The chosen vectors in the order of `FloatInstruction.all`.
  var text: String {
    FloatInstruction.all.flatMap { lines[$0.name] ?? [] }.joined(separator: "\n") + "\n"
  }
}
