import SystemBus
import Testing

@Suite struct StateTests {
  @Test func valuesComeBackInOrder() throws {
    var encoder = StateEncoder()
    encoder.section("part", version: 2)
    encoder.encode(UInt64(0x1122_3344_5566_7788))
    encoder.encode(Int16(-2))
    encoder.encode(true)
    encoder.encode([UInt8]([1, 2, 3]))
    encoder.encode([UInt32]([7, .max]))
    var decoder = StateDecoder(encoder.bytes)
    #expect(try decoder.section("part", newest: 3) == 2)
    #expect(try decoder.decode(UInt64.self) == 0x1122_3344_5566_7788)
    #expect(try decoder.decode(Int16.self) == -2)
    #expect(try decoder.decode(Bool.self))
    #expect(try decoder.decodeBytes() == [1, 2, 3])
    #expect(try decoder.decodeArray(of: UInt32.self, count: 2) == [7, .max])
    #expect(decoder.isAtEnd)
  }

  @Test func valuesAreLittleEndian() {
    var encoder = StateEncoder()
    encoder.encode(UInt32(0x1234_5678))
    #expect(encoder.bytes == [0x78, 0x56, 0x34, 0x12])
  }

  @Test func theSectionMustBeTheExpectedOne() {
    var encoder = StateEncoder()
    encoder.section("clint", version: 4)
    #expect(throws: StateError.wrongSection(expected: "plic", found: "clint")) {
      var decoder = StateDecoder(encoder.bytes)
      try decoder.section("plic", newest: 9)
    }
    #expect(throws: StateError.unsupportedVersion(section: "clint", version: 4)) {
      var decoder = StateDecoder(encoder.bytes)
      try decoder.section("clint", newest: 3)
    }
  }

  @Test func everyShorterInputIsTruncated() throws {
    var encoder = StateEncoder()
    encoder.section("part", version: 1)
    encoder.encode([UInt8](repeating: 9, count: 5))
    encoder.encode([UInt16]([1, 2]))
    for count in 0..<encoder.bytes.count {
      var decoder = StateDecoder(Array(encoder.bytes.prefix(count)))
      #expect(throws: StateError.self, "\(count) bytes") {
        try decoder.section("part", newest: 1)
        _ = try decoder.decodeBytes()
        _ = try decoder.decodeArray(of: UInt16.self, count: 2)
      }
    }
  }

  @Test func impossibleValuesAreRefused() {
    var flag = StateDecoder([2])
    #expect(throws: StateError.invalidValue(section: "start", field: "flag")) { try flag.decode(Bool.self) }
    var array = StateDecoder([3, 0, 0, 0, 1, 2, 3])
    #expect(throws: StateError.invalidValue(section: "start", field: "count")) {
      try array.decodeArray(of: UInt8.self, count: 2)
    }
    var length = StateDecoder([0xFF, 0xFF, 0xFF, 0xFF, 0])
    #expect(throws: StateError.truncated(section: "start")) { try length.decodeBytes() }
  }

  @Test func arraysMayBeShorterThanTheirLimit() throws {
    var encoder = StateEncoder()
    encoder.encode([UInt16]([5, 6]))
    var decoder = StateDecoder(encoder.bytes)
    #expect(try decoder.decodeArray(of: UInt16.self, atMost: 2) == [5, 6])
    var strict = StateDecoder(encoder.bytes)
    #expect(throws: StateError.invalidValue(section: "start", field: "count")) {
      try strict.decodeArray(of: UInt16.self, atMost: 1)
    }
    var short = StateDecoder([0xFF, 0xFF, 0, 0, 1, 2])
    #expect(throws: StateError.truncated(section: "start")) {
      try short.decodeArray(of: UInt64.self, atMost: .max)
    }
  }

  @Test func whatMustBeTheSameIsCompared() throws {
    var encoder = StateEncoder()
    encoder.encode("2")
    var decoder = StateDecoder(encoder.bytes)
    try decoder.expect("2", as: "harts")
    var other = StateDecoder(encoder.bytes)
    #expect(throws: StateError.otherMachine(property: "harts", saved: "2", here: "3")) {
      try other.expect("3", as: "harts")
    }
  }

  // MARK: Memory

  @Test func memoryComesBackWithItsZeros() throws {
    let memory = try GuestMemory(base: 0x8000_0000, size: 16 << 12)
    #expect(memory.write([1, 2, 3], at: 0x8000_0FFE) && memory.write([9], at: 0x8000_FFFF))
    let content = memory.read(at: memory.base, count: memory.size)
    var encoder = StateEncoder()
    memory.save(to: &encoder)
    // Three of the sixteen pages hold something.
    #expect((3 * 4096..<3 * 4096 + 100).contains(encoder.bytes.count))
    let other = try GuestMemory(base: 0x8000_0000, size: 16 << 12)
    #expect(other.write([UInt8](repeating: 7, count: other.size), at: other.base))
    var decoder = StateDecoder(encoder.bytes)
    try other.restore(from: &decoder)
    #expect(decoder.isAtEnd && other.read(at: other.base, count: other.size) == content)
  }

  @Test(arguments: [[16], [3, 3], [4, 2], [.max]] as [[UInt32]])
  func impossiblePagesAreRefused(pages: [UInt32]) throws {
    let memory = try GuestMemory(base: 0x8000_0000, size: 16 << 12)
    var encoder = StateEncoder()
    encoder.section("memory at 0x80000000", version: 1)
    encoder.encode(pages)
    encoder.encode([UInt8](repeating: 0, count: pages.count << 12))
    var decoder = StateDecoder(encoder.bytes)
    #expect(throws: StateError.invalidValue(section: "memory at 0x80000000", field: "page numbers")) {
      try memory.restore(from: &decoder)
    }
  }
}
