import ISA

/// What one program's traces have shown.
public struct Comparison: Sendable {
  /// Instructions from the program's entry to its end that were the same in both traces.
  public var instructions = 0
  /// How often each operation retired, by raw value of `Opcode`.
  public var counts = [Int](repeating: 0, count: 256)
  /// How often each value of `mcause` was read by the machine-mode handler.
  public var causes: [UInt32: Int] = [:]
  public var difference: Difference?
  /// False when a trace ended, or went on for too long, before the program's last store.
  public var isComplete = false
}

/// The first place at which two traces differ.
public struct Difference: Sendable {
  /// What came right before, oldest first.
  public var context: [String]
  public var expected: String
  public var actual: String
}

/// Walks through Spike's trace, and through Roost's beside it, from a program's entry to its end.
public struct Comparator {
  private static let decoder = Decoder(configuration: .complete)
  private static let contextSize = 20
  /// Offsets in a line of: the program counter's digits, and the instruction's.
  private static let pcColumn = 14
  private static let bitsColumn = 26

  private let program: Program
  private let limit: Int
  private var recent = [[UInt8]](repeating: [], count: contextSize)
  private var seen = 0

  /// - Parameter limit: most instructions a program may execute.
  public init(program: Program, limit: Int = 2_000_000) {
    self.program = program
    self.limit = limit
  }

  /// Only Spike's trace: for what the programs cover.
  public mutating func survey(_ spike: consuming LineReader) -> Comparison {
    var result = Comparison()
    guard var line = Self.skipToEntry(&spike, program.entry) else { return result }
    while result.instructions < limit {
      if note(line, in: &result) { break }
      guard let next = spike.next() else { break }
      line = next
    }
    return result
  }

  public mutating func compare(spike: consuming LineReader, roost: consuming LineReader)
    -> Comparison
  {
    var result = Comparison()
    guard var expected = Self.skipToEntry(&spike, program.entry) else {
      result.difference = Difference(
        context: [], expected: "the program's entry in Spike's trace", actual: "none")
      return result
    }
    guard var actual = Self.skipToEntry(&roost, program.entry) else {
      result.difference = Difference(
        context: [], expected: text(expected), actual: "no line with the program's entry")
      return result
    }
    while result.instructions < limit {
      guard Self.isSame(expected, actual) else {
        result.difference = Difference(
          context: context, expected: text(expected), actual: text(actual))
        return result
      }
      if note(expected, in: &result) { break }
      let (nextExpected, nextActual) = (spike.next(), roost.next())
      guard let nextExpected, let nextActual else {
        result.difference = Difference(
          context: context, expected: nextExpected.map(text) ?? "end of trace",
          actual: nextActual.map(text) ?? "end of trace")
        return result
      }
      expected = nextExpected
      actual = nextActual
    }
    return result
  }

  // MARK: Lines

  private static func skipToEntry(_ reader: inout LineReader, _ entry: UInt32)
    -> UnsafeRawBufferPointer?
  {
    // A boot ROM is a handful of instructions.
    for _ in 0..<64 {
      guard let line = reader.next() else { return nil }
      if hexadecimal(line, at: pcColumn) == entry { return line }
    }
    return nil
  }

  private static func isSame(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    if a.elementsEqual(b) { return true }
    guard let first = TraceLine(a), let second = TraceLine(b) else { return false }
    return KnownDifference.explains(first, second)
  }

  /// Counts a line; true when it is the program's last.
  private mutating func note(_ line: UnsafeRawBufferPointer, in result: inout Comparison) -> Bool {
    result.instructions += 1
    let slot = seen % Self.contextSize
    recent[slot].removeAll(keepingCapacity: true)
    recent[slot].append(contentsOf: line)
    seen += 1
    let bits = Self.hexadecimal(line, at: Self.bitsColumn)
    result.counts[Int(Self.decoder.decode(bits).opcode.rawValue)] += 1
    let pc = Self.hexadecimal(line, at: Self.pcColumn)
    if pc == program.causePC, let cause = TraceLine(line)?.writes[.integer(28)] {
      result.causes[UInt32(truncatingIfNeeded: cause), default: 0] += 1
    }
    guard pc == program.endPC else { return false }
    result.isComplete = true
    return true
  }

  /// The hexadecimal number that starts at a column.
  private static func hexadecimal(_ line: UnsafeRawBufferPointer, at column: Int) -> UInt32 {
    var value: UInt32 = 0
    var index = column
    while index < line.count {
      switch line[index] {
      case let digit where digit >= 0x30 && digit <= 0x39: value = value << 4 | UInt32(digit - 0x30)
      case let digit where digit >= 0x61 && digit <= 0x66:
        value = value << 4 | UInt32(digit - 0x61 + 10)
      default: return value
      }
      index += 1
    }
    return value
  }

  // MARK: Reporting

  private func text(_ line: UnsafeRawBufferPointer) -> String {
    String(decoding: line, as: UTF8.self)
  }

  private var context: [String] {
    (max(0, seen - Self.contextSize)..<seen).map {
      String(decoding: recent[$0 % Self.contextSize], as: UTF8.self)
    }
  }
}
