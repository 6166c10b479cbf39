import DeviceTree
import Testing

/// A tree with everything in it that the format knows.
func sampleDocument() -> DeviceTreeDocument {
  var root = DeviceNode()
  root.set("#address-cells", 2)
  root.set("compatible", ["roost,sample", "b"])
  var bus = DeviceNode("bus")
  bus.set("ranges")
  var device = DeviceNode("device@1000")
  device.set("reg", 0, 0x1000, 0, 0x10)
  device.set("bytes", bytes: [1, 2, 3, 4, 5])
  device.set("text", "with \"quotes\" and \\")
  bus.children = [device, DeviceNode("empty")]
  root.children = [DeviceNode("chosen"), bus]
  return DeviceTreeDocument(
    root: root, reservations: [.init(address: 0x8000_0000, size: 0x4_0000), .init(address: 1 << 40, size: 1)],
    bootCPU: 3)
}

@Suite struct BlobWriterTests {
  /// The whole blob of a small tree, checked by hand against the specification.
  @Test func smallTreeHasTheseBytes() {
    var root = DeviceNode()
    root.set("a", 0x1234_5678)
    var child = DeviceNode("child")
    child.set("b", bytes: [9])
    child.set("a")
    root.children = [child]
    let words: [UInt32] = [
      0xD00D_FEED, 128, 56, 124, 40, 17, 16, 0, 4, 68,  // header
      0, 0, 0, 0,  // no reservations
      1, 0,  // the root
      3, 4, 0, 0x1234_5678,  // a = <0x12345678>
      1, 0x6368_696C, 0x6400_0000,  // child
      3, 1, 2, 0x0900_0000,  // b = [09]
      3, 0, 0,  // a
    ]
    // The structure block ends with two end-of-node tokens and the end token; then come the names "a" and "b".
    let tail: [UInt32] = [2, 2, 9, 0x6100_6200]
    let blob = DeviceTreeDocument(root: root).flattened()
    let expected = (words + tail).flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
    }
    #expect(blob[40...] == expected[40...])
    #expect(blob.count == expected.count)
    #expect(Array(blob.prefix(4)) == [0xD0, 0x0D, 0xFE, 0xED])
  }

  @Test func equalTreesGiveEqualBytes() {
    #expect(sampleDocument().flattened() == sampleDocument().flattened())
  }

  @Test func paddingIsPartOfTheBlob() throws {
    let plain = sampleDocument().flattened()
    let padded = sampleDocument().flattened(padding: 100)
    #expect(padded.count == plain.count + 100)
    #expect(try DeviceTreeDocument(flattened: padded) == sampleDocument())
  }
}

@Suite struct BlobReaderTests {
  let blob = sampleDocument().flattened()

  private func error(_ bytes: [UInt8]) -> DeviceTreeError? {
    do throws(DeviceTreeError) {
      _ = try DeviceTreeDocument(flattened: bytes)
      return nil
    } catch {
      return error
    }
  }

  /// The blob with a big-endian word of it replaced.
  private func blob(with word: UInt32, at offset: Int) -> [UInt8] {
    var bytes = blob
    for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: word >> (24 - 8 * index)) }
    return bytes
  }

  /// A blob around the words of a structure block.
  private func blob(structure: [UInt32], strings: [UInt8] = Array("p".utf8) + [0]) -> [UInt8] {
    let structureSize = UInt32(4 * structure.count)
    let total = 56 + structureSize + UInt32(strings.count)
    let header: [UInt32] = [
      0xD00D_FEED, total, 56, 56 + structureSize, 40, 17, 16, 0, UInt32(strings.count), structureSize, 0, 0, 0, 0,
    ]
    return (header + structure).flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
      + strings
  }

  @Test func readsWhatTheWriterWrote() throws {
    #expect(try DeviceTreeDocument(flattened: blob) == sampleDocument())
    #expect(try DeviceTreeDocument(flattened: blob + [1, 2, 3]) == sampleDocument())
  }

  @Test func wrongHeadersAreRefused() {
    #expect(error([]) == .tooShort(size: 0))
    #expect(error(Array(blob.prefix(39))) == .tooShort(size: 39))
    #expect(error(Array("/dts-v1/;".utf8)) == .notADeviceTree(magic: 0x2F64_7473))
    #expect(error(blob(with: 1, at: 0)) == .notADeviceTree(magic: 1))
    #expect(error(blob(with: 16, at: 20)) == .unsupportedVersion(version: 16, compatible: 16))
    #expect(error(blob(with: 18, at: 24)) == .unsupportedVersion(version: 17, compatible: 18))
    #expect(error(blob(with: .max, at: 4)) == .tooLarge(size: Int(UInt32.max), limit: DeviceTreeDocument.Limits.size))
    #expect(error(Array(blob.dropLast())) == .truncated(promised: UInt32(blob.count), size: blob.count - 1))
  }

  @Test func blocksOutsideAreRefused() {
    #expect(error(blob(with: .max, at: 8)) == .blockOutside(block: .structure, offset: .max))
    #expect(error(blob(with: 57, at: 8)) == .blockOutside(block: .structure, offset: 57))
    #expect(error(blob(with: .max, at: 36)) == .blockOutside(block: .structure, offset: 88))
    #expect(error(blob(with: .max, at: 12)) == .blockOutside(block: .strings, offset: .max))
    #expect(error(blob(with: .max, at: 16)) == .blockOutside(block: .reservations, offset: .max))
  }

  @Test(
    arguments: [
      ([], .cutOff, 56), ([9], .noRoot, 56), ([1, 0], .cutOff, 64), ([1, 0, 2], .cutOff, 68),
      ([5], .unknownToken(5), 56), ([2], .unbalanced, 56), ([1, 0, 2, 2], .unbalanced, 68),
      ([1, 0, 2, 1], .secondRoot, 68), ([3, 0, 0], .propertyOutsideNode, 56),
      ([1, 0, 3, 1, 0], .propertyTooLong, 64), ([1, 0, 3, .max, 0, 0], .propertyTooLong, 64),
      ([1, 0, 3, 0, 2], .nameOutsideStrings, 64), ([1, 0, 1, 0, 2, 3, 0, 0], .propertyAfterChild, 76),
      ([1, 0x0180_0000], .nameNotText, 60), ([1, 0x6161_6161], .nameTooLong(limit: 255), 60),
    ] as [([UInt32], DeviceTreeError.Problem, Int)])
  func malformedStructuresAreRefused(structure: [UInt32], problem: DeviceTreeError.Problem, offset: Int) {
    #expect(error(blob(structure: structure)) == .malformed(problem: problem, offset: offset))
  }

  @Test func nestingHasALimit() {
    let limit = DeviceTreeDocument.Limits.depth
    let nested = { (depth: Int) -> [UInt32] in
      [[UInt32]](repeating: [1, 0], count: depth).flatMap(\.self) + Array(repeating: 2, count: depth) + [9]
    }
    #expect(error(blob(structure: nested(limit))) == nil)
    #expect(
      error(blob(structure: nested(limit + 1))) == .malformed(problem: .tooDeep(limit: limit), offset: 56 + 8 * limit))
  }

  @Test func emptyItemsAreSkipped() throws {
    let document = try DeviceTreeDocument(flattened: blob(structure: [4, 1, 0, 4, 3, 0, 0, 4, 2, 4, 9]))
    #expect(document.root.properties.map(\.name) == ["p"])
  }

  /// As many items as fit, which must not take quadratic time.
  @Test func manyPropertiesAreNoBurden() throws {
    let count = 100_000
    let properties = [[UInt32]](repeating: [3, 0, 0], count: count).flatMap(\.self)
    let structure: [UInt32] = [1, 0] + properties + [2, 9]
    #expect(try DeviceTreeDocument(flattened: blob(structure: structure)).root.properties.count == count)
  }

  @Test func messagesNameThePlace() {
    #expect("\(DeviceTreeError.truncated(promised: 100, size: 60))".contains("100"))
    #expect(
      "\(DeviceTreeError.malformed(problem: .unknownToken(7), offset: 64))" == "device tree, byte 64: unknown token 0x7"
    )
    #expect("\(DeviceTreeError.blockOutside(block: .strings, offset: 9))".contains("strings block at offset 9"))
  }
}
