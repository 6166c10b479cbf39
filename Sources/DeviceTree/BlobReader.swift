extension DeviceTreeDocument {
  /// What a blob may hold at most; more than any real one, so that a hostile one costs little.
  public enum Limits {
    /// Bytes of a blob. Linux takes no larger one either.
    public static let size = 2 << 20
    /// Nodes inside one another, the root included.
    public static let depth = 64
    /// Bytes of a node's or property's name.
    public static let name = 255
  }

  /// Reads a blob. Any input is safe. Bytes after the blob's own end are ignored.
  public init(flattened blob: [UInt8]) throws(DeviceTreeError) {
    guard blob.count >= BlobFormat.headerSize else {
      if blob.count >= 4, blob.word(at: 0) != BlobFormat.magic { throw .notADeviceTree(magic: blob.word(at: 0)) }
      throw .tooShort(size: blob.count)
    }
    let header = (0..<10).map { blob.word(at: 4 * $0) }
    guard header[0] == BlobFormat.magic else { throw .notADeviceTree(magic: header[0]) }
    let (totalSize, structure, strings, reservations) = (header[1], header[2], header[3], header[4])
    guard header[5] >= BlobFormat.version, header[6] <= BlobFormat.version else {
      throw .unsupportedVersion(version: header[5], compatible: header[6])
    }
    guard totalSize <= Limits.size else { throw .tooLarge(size: Int(totalSize), limit: Limits.size) }
    guard totalSize <= blob.count else { throw .truncated(promised: totalSize, size: blob.count) }

    let bytes = blob[..<Int(totalSize)]
    let stringsBlock = try Self.block(.strings, at: strings, size: header[8], in: bytes)
    let structureBlock = try Self.block(.structure, at: structure, size: header[9], in: bytes)
    guard structure % 4 == 0 else { throw .blockOutside(block: .structure, offset: structure) }
    var reader = BlobReader(structure: structureBlock, strings: stringsBlock)
    self.init(
      root: try reader.readTree(), reservations: try Self.reservations(at: reservations, in: bytes),
      bootCPU: header[7])
  }

  private static func block(
    _ block: DeviceTreeError.Block, at offset: UInt32, size: UInt32, in bytes: ArraySlice<UInt8>
  ) throws(DeviceTreeError) -> ArraySlice<UInt8> {
    guard Int(offset) + Int(size) <= bytes.count else { throw .blockOutside(block: block, offset: offset) }
    return bytes[Int(offset)..<Int(offset) + Int(size)]
  }

  private static func reservations(
    at start: UInt32, in bytes: ArraySlice<UInt8>
  ) throws(DeviceTreeError) -> [Reservation] {
    var reservations: [Reservation] = []
    var offset = Int(start)
    while offset + BlobFormat.reservationSize <= bytes.count {
      let entry = Reservation(address: bytes.doubleWord(at: offset), size: bytes.doubleWord(at: offset + 8))
      if entry == Reservation(address: 0, size: 0) { return reservations }
      reservations.append(entry)
      offset += BlobFormat.reservationSize
    }
    throw .blockOutside(block: .reservations, offset: start)
  }
}

/// Reads the structure block of a blob.
private struct BlobReader {
  private let structure: ArraySlice<UInt8>
  private let strings: ArraySlice<UInt8>
  private var position: Int

  init(structure: ArraySlice<UInt8>, strings: ArraySlice<UInt8>) {
    self.structure = structure
    self.strings = strings
    position = structure.startIndex
  }

  /// Reads all tokens up to the end token. `open` holds the nodes from the root down to the one being read.
  mutating func readTree() throws(DeviceTreeError) -> DeviceNode {
    var open: [DeviceNode] = []
    var root: DeviceNode?
    while true {
      let start = position
      switch try readWord() {
      case BlobFormat.Token.beginNode:
        guard root == nil else { throw .malformed(problem: .secondRoot, offset: start) }
        guard open.count < DeviceTreeDocument.Limits.depth else {
          throw .malformed(problem: .tooDeep(limit: DeviceTreeDocument.Limits.depth), offset: start)
        }
        open.append(DeviceNode(try readNodeName()))
      case BlobFormat.Token.property:
        let property = try readProperty(from: start)
        guard !open.isEmpty else { throw .malformed(problem: .propertyOutsideNode, offset: start) }
        // In place: a copy of the node here would make a node of many properties quadratic.
        guard open[open.count - 1].children.isEmpty else {
          throw .malformed(problem: .propertyAfterChild, offset: start)
        }
        open[open.count - 1].properties.append(property)
      case BlobFormat.Token.endNode:
        guard let node = open.popLast() else { throw .malformed(problem: .unbalanced, offset: start) }
        if open.isEmpty {
          root = node
        } else {
          open[open.count - 1].children.append(node)
        }
      case BlobFormat.Token.nothing: break
      case BlobFormat.Token.end:
        guard let root else { throw .malformed(problem: .noRoot, offset: start) }
        return root
      case let token: throw .malformed(problem: .unknownToken(token), offset: start)
      }
    }
  }

  private mutating func readWord() throws(DeviceTreeError) -> UInt32 {
    guard structure.endIndex - position >= 4 else { throw .malformed(problem: .cutOff, offset: position) }
    defer { position += 4 }
    return structure.word(at: position)
  }

  private mutating func readNodeName() throws(DeviceTreeError) -> String {
    let name = try Self.text(in: structure, at: position, reportedAt: position)
    position += name.utf8.count + 1
    align()
    return name
  }

  private mutating func readProperty(from start: Int) throws(DeviceTreeError) -> DeviceNode.Property {
    let length = Int(try readWord())
    let nameOffset = Int(try readWord())
    guard length <= structure.endIndex - position else { throw .malformed(problem: .propertyTooLong, offset: start) }
    guard nameOffset < strings.count else { throw .malformed(problem: .nameOutsideStrings, offset: start) }
    let name = try Self.text(in: strings, at: strings.startIndex + nameOffset, reportedAt: start)
    let value = Array(structure[position..<position + length])
    position += length
    align()
    return DeviceNode.Property(name: name, value: value)
  }

  /// Steps over padding; the block itself starts at a multiple of four.
  private mutating func align() {
    position = min((position + 3) & ~3, structure.endIndex)
  }

  /// A NUL-terminated name.
  private static func text(
    in bytes: ArraySlice<UInt8>, at start: Int, reportedAt offset: Int
  ) throws(DeviceTreeError) -> String {
    let limit = DeviceTreeDocument.Limits.name
    guard let end = bytes[start...].prefix(limit + 1).firstIndex(of: 0) else {
      throw .malformed(problem: .nameTooLong(limit: limit), offset: offset)
    }
    guard bytes[start..<end].allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw .malformed(problem: .nameNotText, offset: offset)
    }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}

extension RandomAccessCollection<UInt8> where Index == Int {
  /// The big-endian word at index `start`, which the caller has checked.
  fileprivate func word(at start: Int) -> UInt32 {
    self[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  fileprivate func doubleWord(at start: Int) -> UInt64 {
    UInt64(word(at: start)) << 32 | UInt64(word(at: start + 4))
  }
}
