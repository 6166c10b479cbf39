/// The last bytes of a stream. Takes memory as it fills.
package struct ByteRing {
  private let capacity: Int
  private var bytes: [UInt8] = []
  /// Where the next byte goes once all places are taken.
  private var end = 0

  package init(capacity: Int) { self.capacity = max(capacity, 1) }

  package mutating func append(_ new: ArraySlice<UInt8>) {
    var rest = new.suffix(capacity)
    if bytes.count < capacity {
      let part = rest.prefix(capacity - bytes.count)
      bytes.append(contentsOf: part)
      rest = rest.dropFirst(part.count)
    }
    for byte in rest {
      bytes[end] = byte
      end = end + 1 == capacity ? 0 : end + 1
    }
  }

  /// The last `limit` of them.
  package func suffix(_ limit: Int) -> [UInt8] {
    let ordered = bytes[end...] + bytes[..<end]
    return Array(ordered.suffix(max(limit, 0)))
  }
}
