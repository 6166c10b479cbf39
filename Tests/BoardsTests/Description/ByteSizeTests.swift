import Boards
import Testing

@Suite struct ByteSizeTests {
  @Test(
    arguments: [
      ("0", 0), ("1", 1), ("134217728", 134_217_728), ("64K", 65_536), ("64k", 65_536), ("16MiB", 16 << 20),
      ("256M", 256 << 20), ("1G", 1 << 30), ("2gib", 2 << 30), ("17179869183G", 17_179_869_183 << 30),
    ] as [(String, UInt64)])
  func readsSizes(text: String, bytes: UInt64) throws {
    #expect(try ByteSize(parsing: text).bytes == bytes)
  }

  @Test(arguments: ["", "M", "-1", "+1", "1.5G", "1 M", "64MB", "64Q", "0x1000", "M64", "６４M"])
  func refusesWhatIsNoSize(text: String) {
    #expect(throws: QuantityError.notASize) { try ByteSize(parsing: text) }
  }

  @Test(arguments: ["18446744073709551616", "17179869184G", "99999999999999999999K"])
  func refusesWhatOverflows(text: String) {
    #expect(throws: QuantityError.sizeTooLarge) { try ByteSize(parsing: text) }
  }

  @Test(
    arguments: [(134_217_728, "128M"), (1 << 30, "1G"), (65_537, "65537"), (1536, "1536"), (3072, "3K"), (0, "0")]
      as [(UInt64, String)])
  func writesItselfSoThatItCanBeReadAgain(bytes: UInt64, text: String) throws {
    #expect(ByteSize(bytes: bytes).description == text)
    #expect(try ByteSize(parsing: text).bytes == bytes)
  }

  @Test func limitsMemory() throws {
    #expect(try MemoryLimits.memory(parsing: "64K").bytes == 65_536)
    #expect(try MemoryLimits.memory(parsing: "2G").bytes == 2 << 30)
    #expect(throws: QuantityError.memoryOutOfRange(ByteSize(bytes: 32_768))) {
      try MemoryLimits.memory(parsing: "32K")
    }
    #expect(throws: QuantityError.memoryOutOfRange(ByteSize(bytes: 3 << 30))) {
      try MemoryLimits.memory(parsing: "3G")
    }
    #expect(throws: QuantityError.memoryNotInPages(ByteSize(bytes: 100_000))) {
      try MemoryLimits.memory(parsing: "100000")
    }
  }
}
