import Peripherals

/// What a guest has printed since it was made, or the last of it.
public struct Transcript: Sendable {
  /// Most bytes that are kept; what is older is forgotten in pieces of a quarter.
  public static let limit = 4 << 20

  /// Place of the first byte that is kept, counted from the first that was printed.
  public private(set) var start = 0
  /// What is kept.
  public private(set) var bytes: [UInt8] = []
  /// Place of the first byte that no expectation has gone past.
  public private(set) var readPosition = 0

  public init() {}

  /// What was kept elsewhere.
  init(start: Int, bytes: [UInt8], readPosition: Int) {
    self.start = start
    self.bytes = bytes
    self.readPosition = readPosition
  }

  /// How many bytes were printed.
  public var end: Int { start + bytes.count }

  mutating func append(_ byte: UInt8) {
    bytes.append(byte)
    guard bytes.count > Self.limit else { return }
    bytes.removeFirst(Self.limit / 4)
    start += Self.limit / 4
    readPosition = max(readPosition, start)
  }

  /// What was printed from `position` on and is still kept, whose indices count from the first byte ever printed.
  public func output(from position: Int) -> Output {
    let from = min(max(position, start), end)
    return Output(bytes: bytes[(from - start)...], offset: start)
  }

  /// What no expectation has gone past: at most the last `window` bytes of it.
  public func unread(window: Int = 64 << 10) -> Output { output(from: max(readPosition, end - window)) }

  /// Lets expectations go on from `position`.
  public mutating func read(upTo position: Int) { readPosition = min(max(position, readPosition), end) }

  /// Lets expectations begin with the first byte that is kept.
  public mutating func rewind() { readPosition = start }

  /// A stretch of output.
  public struct Output: Sendable {
    public let bytes: ArraySlice<UInt8>
    /// What to add to an index in `bytes` to get the place in all that was printed.
    let offset: Int

    /// The place of the byte at an index in `bytes`.
    public func position(of index: Int) -> Int { index + offset }
  }

  /// All that is kept, as text: no carriage returns, `?` for what is no UTF-8.
  public var text: String { String(decoding: bytes.filter { $0 != 0x0D }, as: UTF8.self) }

  /// The last lines, the unfinished one included.
  public func lastLines(_ count: Int) -> [String] {
    let tail = String(decoding: bytes.suffix(count * 512).filter { $0 != 0x0D }, as: UTF8.self)
    var lines = tail.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return Array(lines.suffix(count))
  }
}

/// Where a machine's console goes while it is tested.
final class TranscriptSink: ConsoleSink {
  var transcript = Transcript()
  func write(_ byte: UInt8) { transcript.append(byte) }
}
