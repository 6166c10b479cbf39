import SystemBus
import Testing

@Suite struct GuestMemoryTests {
  @Test func sizeIsRoundedUpToPages() throws {
    #expect(try GuestMemory(base: 0, size: 1).size == 4096)
    #expect(try GuestMemory(base: 0, size: 8192).size == 8192)
  }

  @Test func containsOnlyItsOwnRange() throws {
    let memory = try GuestMemory(base: 0x8000_0000, size: 0x2000)
    #expect(memory.contains(0x8000_0000) && memory.contains(0x8000_1FFF))
    #expect(memory.contains(0x8000_1FFC, count: 4) && memory.contains(0x8000_2000, count: 0))
    #expect(!memory.contains(0x7FFF_FFFF) && !memory.contains(0x8000_2000))
    #expect(!memory.contains(0x8000_1FFD, count: 4) && !memory.contains(0x8000_0000, count: -1))
    #expect(!memory.contains(0x8000_0001, count: .max))
  }

  @Test func memoryMayEndWhereAddressesEnd() throws {
    let memory = try GuestMemory(base: 0xFFFF_F000, size: 4096)
    #expect(memory.contains(0xFFFF_FFFF))
    #expect(!memory.contains(0xFFFF_FFFF, count: 2) && !memory.contains(0))
  }

  @Test func bytesReadBackAndNothingIsWrittenPartly() throws {
    let memory = try GuestMemory(base: 0x1000, size: 4096)
    #expect(memory.write([1, 2, 3], at: 0x1FFD))
    #expect(memory.read(at: 0x1FFC, count: 4) == [0, 1, 2, 3])
    #expect(!memory.write([9, 9], at: 0x1FFF))
    #expect(memory.read(at: 0x1FFF, count: 1) == [3])
    #expect(memory.read(at: 0x1FFF, count: 2) == nil)
    #expect(memory.write([], at: 0x2000))
  }

  @Test(arguments: [(0, 1), (1, 4095), (100, 200), (4095, 2), (1, 12000), (0, 16384), (4096, 4096), (5000, 3192)])
  func zeroClearsExactlyItsRange(start: Int, count: Int) throws {
    let memory = try GuestMemory(base: 0x1000, size: 16384)
    let ones = [UInt8](repeating: 1, count: 16384)
    #expect(memory.write(ones, at: 0x1000))
    memory.zero(at: 0x1000 + UInt32(start), count: count)
    let expected = ones.indices.map { (start..<start + count).contains($0) ? 0 : 1 as UInt8 }
    #expect(memory.read(at: 0x1000, count: 16384) == expected)
  }

  @Test func clearedMemoryReadsZero() throws {
    let memory = try GuestMemory(base: 0, size: 8192)
    #expect(memory.write([UInt8](repeating: 7, count: 8192), at: 0))
    memory.clear()
    #expect(memory.read(at: 0, count: 8192) == [UInt8](repeating: 0, count: 8192))
  }
}
