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
public struct Difference: Equatable, Sendable {
  /// What came right before, oldest first.
  public var context: [String]
  public var expected: String
  public var actual: String
}

/// Walks through Spike's trace, and through Roost's beside it, from a program's entry to its end.
public final class Comparator {
  private static let decoder = Decoder(configuration: .complete)
  private static let contextSize = 20
  /// Offsets in a line of: the program counter's digits, and the instruction's.
  private static let pcColumn = 14
  private static let bitsColumn = 26

  private let program: Program
  private var spike: LineReader
  private var recent = [[UInt8]](repeating: [], count: contextSize)
  private var seen = 0
  private var hasEntered = false
  public private(set) var result = Comparison()
  /// Nothing more is to be compared: the program ended, or the traces differ.
  public private(set) var isDone = false

  public init(program: Program, spike: consuming LineReader) {
    self.program = program
    self.spike = spike
  }

  /// Only Spike's trace, for what the programs cover.
  /// - Parameter limit: most instructions the program may execute.
  public func survey(limit: Int) {
    while result.instructions < limit, !isDone, let line = nextExpected() { note(line) }
  }

  /// Compares the next line of Roost's trace with Spike's.
  public func compare(_ actual: UnsafeRawBufferPointer) {
    guard !isDone else { return }
    guard let expected = nextExpected() else {
      return differ(expected: "end of trace", actual: text(actual))
    }
    guard Self.isSame(expected, actual) else {
      return differ(expected: text(expected), actual: text(actual))
    }
    note(expected)
  }

  /// Roost's trace has ended: it should not have, if the program's end was not seen.
  public func finish(because reason: String) {
    guard !isDone else { return }
    differ(expected: nextExpected().map(text) ?? "end of trace", actual: reason)
  }

  private func differ(expected: String, actual: String) {
    result.difference = Difference(context: context, expected: expected, actual: actual)
    isDone = true
  }

  // MARK: Lines

  /// The next line of Spike's trace, beginning at the program's entry.
  private func nextExpected() -> UnsafeRawBufferPointer? {
    while let line = spike.next() {
      if hasEntered || Self.hexadecimal(line, at: Self.pcColumn) == program.entry {
        hasEntered = true
        return line
      }
    }
    return nil
  }

  private static func isSame(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    if a.elementsEqual(b) { return true }
    guard let first = TraceLine(a), let second = TraceLine(b) else { return false }
    return KnownDifference.explains(first, second)
  }

  /// Counts a line, and notices the program's last.
  private func note(_ line: UnsafeRawBufferPointer) {
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
    guard pc == program.endPC else { return }
    result.isComplete = true
    isDone = true
  }

  /// The address of the instruction that a line is about.
  static func pc(of line: [UInt8]) -> UInt32 { line.withUnsafeBytes { hexadecimal($0, at: pcColumn) } }

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
