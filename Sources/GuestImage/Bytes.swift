/// Bounds-checked little- and big-endian reads; an index past the end is `nil`, never a trap.
extension ArraySlice<UInt8> {
  /// The bytes at `offset ..< offset + count` from the start of the slice, or `nil` if they are not all there.
  func slice(at offset: Int, count: Int) -> ArraySlice<UInt8>? {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
    let start = startIndex + offset
    return self[start..<(start + count)]
  }

  func littleEndian<T: FixedWidthInteger & UnsignedInteger>(at offset: Int, as type: T.Type) -> T? {
    let size = T.bitWidth / 8
    guard let bytes = slice(at: offset, count: size) else { return nil }
    return bytes.reversed().reduce(0) { ($0 << 8) | T(truncatingIfNeeded: $1) }
  }

  func bigEndian32(at offset: Int) -> UInt32? { littleEndian(at: offset, as: UInt32.self)?.byteSwapped }

  func contains(_ pattern: [UInt8], at offset: Int) -> Bool {
    slice(at: offset, count: pattern.count).map { $0.elementsEqual(pattern) } ?? false
  }
}

extension RandomAccessCollection {
  /// The first index whose element satisfies `isBeyond`, which must hold for every element after it too.
  func partition(where isBeyond: (Element) -> Bool) -> Index {
    var low = startIndex
    var length = count
    while length > 0 {
      let middle = index(low, offsetBy: length / 2)
      if isBeyond(self[middle]) {
        length /= 2
      } else {
        low = index(after: middle)
        length -= length / 2 + 1
      }
    }
    return low
  }
}

/// `0x`-prefixed hexadecimal, the way every address in a message is written.
func hex(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }

/// The range as first and last address, both included: `0x80000000-0x800003ff`.
func addresses(_ range: Range<UInt64>) -> String {
  range.isEmpty ? "\(hex(range.lowerBound)) (empty)" : "\(hex(range.lowerBound))-\(hex(range.upperBound - 1))"
}

/// A byte count in the largest binary unit that divides it: `16 MiB`, `5000 bytes`.
func size(_ bytes: UInt64) -> String {
  for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] as [(UInt64, String)]
  where bytes >> shift > 0 && bytes & ((1 << shift) - 1) == 0 {
    return "\(bytes >> shift) \(unit)"
  }
  return bytes == 1 ? "1 byte" : "\(bytes) bytes"
}

/// Text from an image made safe for a terminal: control characters become `?`, invalid UTF-8 the replacement character.
func printable(_ bytes: some Sequence<UInt8>) -> String {
  let text = String(decoding: Array(bytes), as: UTF8.self)
  let isControl: (Unicode.Scalar) -> Bool = { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  var clean = String.UnicodeScalarView()
  clean.append(contentsOf: text.unicodeScalars.map { isControl($0) ? "?" : $0 })
  return String(clean)
}
