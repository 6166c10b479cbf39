/// Why saved state cannot be restored.
public enum StateError: Error, Equatable, Sendable, CustomStringConvertible {
  case truncated(section: String)
  case wrongSection(expected: String, found: String)
  case unsupportedVersion(section: String, version: UInt16)
  case invalidValue(section: String, field: String)
  /// The state was saved by a machine that is made differently.
  case otherMachine(property: String, saved: String, here: String)

  public var description: String {
    switch self {
    case .truncated(let section): "saved state ends inside section '\(section)'"
    case .wrongSection(let expected, let found): "saved state has section '\(found)' where '\(expected)' was expected"
    case .unsupportedVersion(let section, let version):
      "saved state has version \(version) of section '\(section)', which this build does not read"
    case .invalidValue(let section, let field): "saved state has an impossible value for '\(field)' in '\(section)'"
    case .otherMachine(let property, let saved, let here):
      "saved state is of a machine with \(property) \(saved), but this one has \(here); make the machine the same way"
    }
  }
}

/// Writes the state of machine parts as a sequence of named, versioned sections of little-endian values.
public struct StateEncoder {
  public private(set) var bytes: [UInt8] = []
  public init() {}

  public mutating func section(_ name: String, version: UInt16) {
    encode(name)
    encode(version)
  }

  public mutating func encode<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  public mutating func encode(_ value: Bool) { bytes.append(value ? 1 : 0) }

  public mutating func encode(_ value: [UInt8]) {
    encode(UInt32(truncatingIfNeeded: value.count))
    bytes.append(contentsOf: value)
  }

  /// Bytes whose number the reader knows.
  public mutating func encode(bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }

  public mutating func encode(_ value: String) { encode(Array(value.utf8)) }

  public mutating func encode<T: FixedWidthInteger>(_ values: [T]) {
    encode(UInt32(truncatingIfNeeded: values.count))
    for value in values { encode(value) }
  }
}

/// Reads what `StateEncoder` wrote. Any input is safe: a malformed one throws.
public struct StateDecoder {
  private let bytes: [UInt8]
  private var position = 0
  private var section = "start"

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The bytes that have not been read.
  public var rest: [UInt8] { Array(bytes[position...]) }

  /// True when every byte has been read.
  public var isAtEnd: Bool { position == bytes.count }

  /// Enters the section `name` and returns its version, which must be 1…`newest`.
  @discardableResult
  public mutating func section(_ name: String, newest: UInt16) throws(StateError) -> UInt16 {
    let found = String(decoding: try decodeBytes(), as: UTF8.self)
    guard found == name else { throw .wrongSection(expected: name, found: String(found.prefix(64))) }
    section = name
    let version = try decode(UInt16.self)
    guard version >= 1, version <= newest else { throw .unsupportedVersion(section: name, version: version) }
    return version
  }

  public mutating func decode<T: FixedWidthInteger>(_: T.Type) throws(StateError) -> T {
    let size = MemoryLayout<T>.size
    guard bytes.count - position >= size else { throw .truncated(section: section) }
    var value: T = 0
    withUnsafeMutableBytes(of: &value) { target in
      for index in 0..<size { target[index] = bytes[position + index] }
    }
    position += size
    return T(littleEndian: value)
  }

  public mutating func decode(_: Bool.Type) throws(StateError) -> Bool {
    switch try decode(UInt8.self) {
    case 0: return false
    case 1: return true
    default: throw .invalidValue(section: section, field: "flag")
    }
  }

  public mutating func decodeBytes() throws(StateError) -> [UInt8] { Array(try decodeSlice()) }

  /// The same as a part of what is decoded, which is kept for as long as it is, rather than copied.
  public mutating func decodeSlice() throws(StateError) -> ArraySlice<UInt8> {
    let count = Int(try decode(UInt32.self))
    guard bytes.count - position >= count else { throw .truncated(section: section) }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// Reads as many bytes as `target` has.
  public mutating func decode(into target: UnsafeMutableRawBufferPointer) throws(StateError) {
    guard bytes.count - position >= target.count else { throw .truncated(section: section) }
    target.copyBytes(from: bytes[position..<position + target.count])
    position += target.count
  }

  public mutating func decodeArray<T: FixedWidthInteger>(of _: T.Type, count expected: Int) throws(StateError) -> [T] {
    let values = try decodeArray(of: T.self, atMost: expected)
    guard values.count == expected else { throw .invalidValue(section: section, field: "count") }
    return values
  }

  public mutating func decodeArray<T: FixedWidthInteger>(of _: T.Type, atMost limit: Int) throws(StateError) -> [T] {
    let count = Int(try decode(UInt32.self))
    guard count <= limit else { throw .invalidValue(section: section, field: "count") }
    guard (bytes.count - position) / MemoryLayout<T>.size >= count else { throw .truncated(section: section) }
    var values: [T] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try decode(T.self)) }
    return values
  }

  /// Reads a string that must be `here`, for what both machines must have in common.
  public mutating func expect(_ here: String, as property: String) throws(StateError) {
    let saved = String(decoding: try decodeBytes(), as: UTF8.self)
    guard saved == here else { throw .otherMachine(property: property, saved: String(saved.prefix(256)), here: here) }
  }

  /// The error for a field whose value no saved state can hold.
  public func invalid(_ field: String) -> StateError { .invalidValue(section: section, field: field) }
}
