extension DeviceTreeDocument {
  /// The tree as a blob of format version 17. Equal trees give equal bytes.
  /// - Parameter padding: unused bytes to leave at the end, so that firmware can add to the tree in place.
  public func flattened(padding: Int = 0) -> [UInt8] {
    var writer = BlobWriter()
    writer.add(root)
    writer.structure.append(bigEndian: BlobFormat.Token.end)

    let structureOffset = BlobFormat.headerSize + BlobFormat.reservationSize * (reservations.count + 1)
    let stringsOffset = structureOffset + writer.structure.count
    let totalSize = stringsOffset + writer.strings.count + max(padding, 0)
    let header = [
      Int(BlobFormat.magic), totalSize, structureOffset, stringsOffset, BlobFormat.headerSize,
      Int(BlobFormat.version), Int(BlobFormat.compatibleVersion), Int(bootCPU), writer.strings.count,
      writer.structure.count,
    ]

    var blob: [UInt8] = []
    blob.reserveCapacity(totalSize)
    for field in header { blob.append(bigEndian: UInt32(truncatingIfNeeded: field)) }
    for reservation in reservations + [Reservation(address: 0, size: 0)] {
      blob.append(bigEndian: reservation.address)
      blob.append(bigEndian: reservation.size)
    }
    blob += writer.structure
    blob += writer.strings
    blob += Array(repeating: 0, count: totalSize - blob.count)
    return blob
  }
}

/// Collects the structure and strings blocks of a blob.
private struct BlobWriter {
  var structure: [UInt8] = []
  var strings: [UInt8] = []
  private var stringOffsets: [String: UInt32] = [:]

  mutating func add(_ node: DeviceNode) {
    structure.append(bigEndian: BlobFormat.Token.beginNode)
    append(terminated: node.name)
    for property in node.properties {
      structure.append(bigEndian: BlobFormat.Token.property)
      structure.append(bigEndian: UInt32(truncatingIfNeeded: property.value.count))
      structure.append(bigEndian: offset(of: property.name))
      structure += property.value
      align()
    }
    for child in node.children { add(child) }
    structure.append(bigEndian: BlobFormat.Token.endNode)
  }

  private mutating func append(terminated text: String) {
    structure += Array(text.utf8) + [0]
    align()
  }

  private mutating func align() {
    while structure.count % 4 != 0 { structure.append(0) }
  }

  /// Where the property name stands in the strings block, which holds each name once.
  private mutating func offset(of name: String) -> UInt32 {
    if let offset = stringOffsets[name] { return offset }
    let offset = UInt32(truncatingIfNeeded: strings.count)
    stringOffsets[name] = offset
    strings += Array(name.utf8) + [0]
    return offset
  }
}

extension [UInt8] {
  /// Appends an integer, most significant byte first.
  mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }
}
