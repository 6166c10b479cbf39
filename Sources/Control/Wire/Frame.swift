/// What goes over a connection: its length in four bytes, least significant first, one byte for its kind, and the rest.
public enum Frame: Equatable, Sendable {
  /// JSON.
  case message([UInt8])
  /// Bytes of a guest's console, in either direction.
  case console(stream: UInt32, [UInt8])

  private enum Kind {
    static let message: UInt8 = 0
    static let console: UInt8 = 1
  }

  static let headerSize = 4

  /// Puts its bytes behind others.
  public func append(to bytes: inout [UInt8]) {
    switch self {
    case .message(let body):
      Self.append(UInt32(truncatingIfNeeded: body.count &+ 1), to: &bytes)
      bytes.append(Kind.message)
      bytes += body
    case .console(let stream, let body):
      Self.append(UInt32(truncatingIfNeeded: body.count &+ 5), to: &bytes)
      bytes.append(Kind.console)
      Self.append(stream, to: &bytes)
      bytes += body
    }
  }

  /// Reads what follows the length.
  init(_ bytes: ArraySlice<UInt8>) throws(ControlError) {
    guard let kind = bytes.first else { throw .badFrame("it is empty") }
    let body = bytes.dropFirst()
    switch kind {
    case Kind.message: self = .message(Array(body))
    case Kind.console:
      guard body.count >= 4 else { throw .badFrame("console output without a stream") }
      self = .console(stream: Self.number(body.prefix(4)), Array(body.dropFirst(4)))
    default: throw .badFrame("its kind is \(kind)")
    }
  }

  private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// Finds the frames in what arrives in pieces. Whatever arrives, it holds no more than one frame and what was appended
/// last.
public struct FrameReader: Sendable {
  /// The longest frame that is taken, in bytes.
  public let limit: Int
  private var buffer: [UInt8] = []
  private var position = 0

  public init(limit: Int) { self.limit = limit }

  public mutating func append(_ bytes: some Collection<UInt8>) {
    if position > 0 {
      buffer.removeFirst(position)
      position = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// Whether `next` has something to give without more being appended, be it an error.
  public var hasNext: Bool {
    let rest = buffer[position...]
    guard rest.count >= Frame.headerSize else { return false }
    let length = Frame.number(rest.prefix(Frame.headerSize))
    return length > limit || rest.count - Frame.headerSize >= Int(length)
  }

  /// The next frame that is there in full. After an error nothing that follows can be understood.
  public mutating func next() throws(ControlError) -> Frame? {
    let rest = buffer[position...]
    guard rest.count >= Frame.headerSize else { return nil }
    let length = Frame.number(rest.prefix(Frame.headerSize))
    guard length <= limit else { throw .frameTooLong(length, limit: limit) }
    let body = rest.dropFirst(Frame.headerSize)
    guard body.count >= Int(length) else { return nil }
    position += Frame.headerSize + Int(length)
    return try Frame(body.prefix(Int(length)))
  }
}
