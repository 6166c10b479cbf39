import Boards
import GuestImage
import SystemBus

/// What came from outside during a run under virtual time, and when, so that the run can be had again.
///
/// As text: a first line `roost input 1`, then a line for each arrival: machine time in ticks, and the bytes in
/// hexadecimal or the word `reset`. Times never decrease.
package struct InputRecord: Equatable, Sendable {
  package enum Event: Equatable, Sendable {
    /// Bytes for the console; at least one.
    case bytes([UInt8])
    /// The machine's reset button.
    case reset
  }

  package struct Arrival: Equatable, Sendable {
    package var time: Ticks
    package var event: Event

    package init(at time: Ticks, _ event: Event) {
      self.time = time
      self.event = event
    }

    /// Its line, without the line feed.
    package var line: String {
      switch event {
      case .reset: "\(time) reset"
      case .bytes(let bytes): "\(time) " + bytes.map { digits(UInt32($0), 2) }.joined()
      }
    }
  }

  package private(set) var arrivals: [Arrival] = []

  static let title = "roost input 1"
  /// The most bytes that a record may have.
  private static let limit: UInt64 = 64 << 20

  /// Reads a record.
  package init(parsing text: String, file: String) throws(CommandError) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first == Self.title[...] else {
      throw .badInputRecord(file: file, line: 1, expected: "'\(Self.title)': is this a file of --record-input?")
    }
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      guard let arrival = Arrival(line) else {
        throw .badInputRecord(
          file: file, line: index + 1, expected: "ticks, a blank, and bytes in hexadecimal or the word reset")
      }
      guard arrival.time >= arrivals.last?.time ?? 0 else {
        throw .badInputRecord(file: file, line: index + 1, expected: "a time no earlier than that of the line before")
      }
      arrivals.append(arrival)
    }
  }

  /// Reads the file at `path`.
  static func read(_ path: String) throws -> Self {
    let file = try FileReader.host.loadVerbatim(path, limit: limit)
    return try Self(parsing: String(decoding: file.bytes, as: UTF8.self), file: path)
  }
}

extension InputRecord.Arrival {
  fileprivate init?(_ line: Substring) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2, words[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let time = Ticks(words[0]) else {
      return nil
    }
    if words[1] == "reset" {
      self.init(at: time, .reset)
      return
    }
    let digits = words[1].utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard !digits.isEmpty, digits.count == words[1].utf8.count, digits.count % 2 == 0 else { return nil }
    let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    self.init(at: time, .bytes(bytes))
  }
}

/// Input from a record, in place of that of the host.
final class InputReplay {
  private let arrivals: [InputRecord.Arrival]
  private var position = 0

  init(_ record: InputRecord) { arrivals = record.arrivals }

  /// Whether something is to arrive by then.
  func isDue(at now: Ticks) -> Bool { position < arrivals.count && arrivals[position].time <= now }

  /// What arrives next, if its time has come.
  func next(at now: Ticks) -> InputRecord.Event? {
    guard isDue(at: now) else { return nil }
    position += 1
    return arrivals[position - 1].event
  }
}

/// Writes down what arrives.
final class InputRecorder {
  private let stream: OutputStream

  /// Begins the file at `path`.
  init(path: String) throws(CommandError) {
    stream = OutputStream(try OutputFile.create(path), capacity: 4096)
    write(InputRecord.title)
  }

  /// Why no more can be written, as `errno`; nil while all is well.
  var failure: Int32? { stream.failure }

  func note(_ event: InputRecord.Event, at time: Ticks) { write(InputRecord.Arrival(at: time, event).line) }

  /// At once: whoever records a run wants it most when it ends as nobody expected.
  private func write(_ line: String) {
    stream.append(Array((line + "\n").utf8))
    stream.flush()
  }
}
