import SystemBus
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct HostMappingTests {
  private let page = HostMapping.pageSize

  /// A file that is gone when its descriptor is closed.
  private func temporaryFile(size: Int) throws -> Int32 {
    var path = Array("/tmp/roost-test-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    try #require(descriptor >= 0)
    unlink(path)
    try #require(ftruncate(descriptor, off_t(size)) == 0)
    return descriptor
  }

  /// Whether the kernel finds memory there that a process may read.
  private func isReadable(_ pointer: UnsafeRawPointer) -> Bool {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return false }
    defer { ends.forEach { close($0) } }
    return write(ends[1], pointer, 1) == 1
  }

  @Test(arguments: [1, 4096, 100_000], [0, 4096, 65_536])
  func nothingBesideAMappingCanBeAccessed(count: Int, guardSize: Int) throws {
    let bytes = try HostMapping.map(count: count, of: UInt8.self, guardSize: guardSize)
    defer { HostMapping.unmap(bytes, count: count, guardSize: guardSize) }
    let end = (count + page - 1) / page * page
    #expect(isReadable(bytes) && isReadable(bytes + end - 1))
    guard guardSize > 0 else { return }
    for distance in [1, guardSize] { #expect(!isReadable(bytes - distance)) }
    for distance in [0, guardSize - 1] { #expect(!isReadable(bytes + end + distance)) }
  }

  @Test func unmappedRoomIsGivenBackWhole() throws {
    let bytes = try HostMapping.map(count: 3 * page, of: UInt8.self, guardSize: 65_536)
    HostMapping.unmap(bytes, count: 3 * page, guardSize: 65_536)
    // Another mapping of the same size fits into the very room, unless another thread was quicker.
    var pointers: Set<UnsafeMutablePointer<UInt8>> = []
    for _ in 0..<1000 {
      let again = try HostMapping.map(count: 3 * page, of: UInt8.self, guardSize: 65_536)
      pointers.insert(again)
      HostMapping.unmap(again, count: 3 * page, guardSize: 65_536)
    }
    #expect(pointers.count < 500)
  }

  @Test func onlyTouchedPagesAreResident() throws {
    let bytes = try HostMapping.map(count: 3000 * page, of: UInt8.self)
    defer { HostMapping.unmap(bytes, count: 3000 * page) }
    #expect(HostMapping.residentBytes(bytes, count: 3000 * page) == 0)
    for number in [0, 1023, 1024, 2999] { bytes[number * page] = 1 }
    #expect(HostMapping.residentBytes(bytes, count: 3000 * page) == 4 * page)
    HostMapping.clear(bytes, count: 3000 * page)
    #expect(HostMapping.residentBytes(bytes, count: 3000 * page) == 0 && bytes[1024 * page] == 0)
  }

  // MARK: Memory from descriptors

  @Test func memoryOfOneDescriptorIsShared() throws {
    let descriptor = try temporaryFile(size: 65_536)
    let one = try GuestMemory(base: 0x1000, size: 65_536, descriptor: descriptor)
    let other = try GuestMemory(base: 0x8000_0000, size: 65_536, descriptor: descriptor)
    close(descriptor)
    #expect(one.write([1, 2, 3], at: 0x1FFF))
    #expect(other.read(at: 0x8000_0FFF, count: 3) == [1, 2, 3])
    other.clear()
    #expect(one.read(at: 0x1FFF, count: 3) == [0, 0, 0])
  }

  /// Also where the file system knows no holes.
  @Test(arguments: [(0, 1), (1, 4095), (100, 200), (1, 12000), (0, 16384), (5000, 8192)])
  func sharedMemoryIsZeroedExactly(start: Int, count: Int) throws {
    let descriptor = try temporaryFile(size: 16384)
    defer { close(descriptor) }
    let memory = try GuestMemory(base: 0, size: 16384, descriptor: descriptor)
    let ones = [UInt8](repeating: 1, count: 16384)
    #expect(memory.write(ones, at: 0))
    memory.zero(at: UInt32(start), count: count)
    #expect(memory.read(at: 0, count: 16384) == ones.indices.map { (start..<start + count).contains($0) ? 0 : 1 })
    memory.clear()
    #expect(memory.read(at: 0, count: 16384) == [UInt8](repeating: 0, count: 16384))
  }

  @Test func unfitDescriptorsAreRefused() throws {
    let short = try temporaryFile(size: 4095)
    defer { close(short) }
    #expect {
      try GuestMemory(base: 0, size: 4096, descriptor: short)
    } throws: { ($0 as? MemoryError)?.isFileTooShort == true && "\($0)".contains("shorter than its 4 KiB") }
    #expect(throws: MemoryError.self) { try GuestMemory(base: 0, size: 4096, descriptor: -1) }
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    #expect(throws: MemoryError.self) { try GuestMemory(base: 0, size: 4096, descriptor: ends[0]) }
  }
}
