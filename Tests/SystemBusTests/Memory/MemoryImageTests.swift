import SystemBus
import Testing

@Suite struct MemoryImageTests {
  private static let base: UInt32 = 0x8000_0000
  private static let size = 4096 * 2048

  enum Kind: CaseIterable {
    case own, freezable
  }

  private func memory(_ kind: Kind) throws -> GuestMemory {
    switch kind {
    case .own: try GuestMemory(base: Self.base, size: Self.size)
    case .freezable: try GuestMemory(freezable: Self.size, base: Self.base)
    }
  }

  private func put(_ byte: UInt8, page: Int, in memory: GuestMemory) {
    #expect(memory.write([byte], at: Self.base + UInt32(page) * 4096 + 5))
  }

  private func byte(page: Int, of memory: GuestMemory) -> UInt8? {
    memory.read(at: Self.base + UInt32(page) * 4096 + 5, count: 1)?.first
  }

  private func pages(of image: MemoryImage) throws -> [Int: UInt8] {
    var pages: [Int: UInt8] = [:]
    var last = -1
    try image.forEachPage { number, bytes in
      #expect(number > last && bytes.count == 4096)
      last = number
      pages[number] = bytes[5]
    }
    return pages
  }

  @Test(arguments: Kind.allCases) func memoriesThatBeginWithAnImageKeepTheirChangesToThemselves(kind: Kind) throws {
    let original = try memory(kind)
    for page in [0, 7, 8, 2047] { put(UInt8(page & 63) + 1, page: page, in: original) }
    let image = try original.freeze()
    let copies = try (0..<3).map { _ in try GuestMemory(image, base: Self.base) }
    put(99, page: 7, in: original)
    put(98, page: 100, in: copies[1])
    put(97, page: 7, in: copies[2])
    #expect(copies.map { byte(page: 7, of: $0) } == [8, 8, 97])
    #expect(copies.map { byte(page: 100, of: $0) } == [0, 98, 0])
    #expect(copies.allSatisfy { byte(page: 2047, of: $0) == 64 && byte(page: 0, of: $0) == 1 })
    #expect(byte(page: 7, of: original) == 99 && byte(page: 100, of: original) == 0)
    #expect(try pages(of: image) == [0: 1, 7: 8, 8: 9, 2047: 64])
  }

  @Test(arguments: Kind.allCases, [3, 1500]) func imagesOfImagesHoldAllThatWasChangedSince(kind: Kind, changed: Int)
    throws
  {
    let original = try memory(kind)
    for page in [1, 40, 2000] { put(1, page: page, in: original) }
    var expected: [Int: UInt8] = [1: 1, 40: 1, 2000: 1]
    _ = try original.freeze()
    // The second is taken of a memory that shares a file; the third of one that began with the second.
    for page in 2..<2 + changed { put(2, page: page, in: original) }
    for page in 2..<2 + changed { expected[page] = 2 }
    let second = try original.freeze()
    #expect(try pages(of: second) == expected)
    let copy = try GuestMemory(second, base: Self.base)
    put(3, page: 1, in: copy)
    put(0, page: 2, in: copy)
    let third = try copy.freeze()
    #expect(try pages(of: second) == expected)
    expected[1] = 3
    expected[2] = nil
    #expect(try pages(of: third) == expected)
    #expect(byte(page: 2, of: original) == 2)
  }

  @Test(arguments: Kind.allCases) func zeroedPagesOfAnImageStayZero(kind: Kind) throws {
    let original = try memory(kind)
    for page in 0..<8 { put(1, page: page, in: original) }
    _ = try original.freeze()
    original.zero(at: Self.base + 4096 + 3, count: 4096 * 4)
    #expect((0..<8).map { byte(page: $0, of: original) } == [1, 0, 0, 0, 0, 1, 1, 1])
    #expect(try pages(of: original.freeze()) == [0: 1, 5: 1, 6: 1, 7: 1])
    original.clear()
    #expect((0..<8).allSatisfy { byte(page: $0, of: original) == 0 })
    put(9, page: 3, in: original)
    #expect(try pages(of: original.freeze()) == [3: 9])
  }

  @Test func onlyWhatWasChangedSinceTheImageCounts() throws {
    let original = try memory(.freezable)
    for page in 0..<100 { put(1, page: page, in: original) }
    let image = try original.freeze()
    let copy = try GuestMemory(image, base: Self.base)
    for page in 0..<100 { #expect(byte(page: page, of: copy) == 1) }
    #expect(copy.residentBytes == 0)
    for page in 0..<5 { put(2, page: page, in: copy) }
    #expect(copy.residentBytes == 5 * 4096)
  }

  @Test func anImageGoesIntoAFileThatOthersShare() throws {
    let original = try memory(.own)
    put(5, page: 3, in: original)
    let file = try MemoryFile(name: "test", size: Self.size)
    let shared = try GuestMemory(base: Self.base, size: Self.size, descriptor: file.descriptor)
    let other = try GuestMemory(base: Self.base, size: Self.size, descriptor: file.descriptor)
    put(1, page: 9, in: shared)
    try shared.adopt(original.freeze())
    #expect(byte(page: 3, of: other) == 5 && byte(page: 9, of: other) == 0)
    #expect(try pages(of: shared.freeze()) == [3: 5])
  }

  @Test func anImageIsBuiltFromPieces() throws {
    let builder = try MemoryImageBuilder(size: Self.size)
    try [1, 2, 3].withUnsafeBytes { try builder.write($0, at: 4096 * 2) }
    try [UInt8](repeating: 7, count: 9000).withUnsafeBytes { try builder.write($0, at: 4096 * 10) }
    let memory = try GuestMemory(builder.finish(), base: Self.base)
    #expect(memory.size == Self.size)
    #expect([9, 10, 11, 12, 13].map { byte(page: $0, of: memory) } == [0, 7, 7, 7, 0])
  }
}
