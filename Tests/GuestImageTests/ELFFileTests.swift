import GuestImage
import Testing

@Suite struct ELFFileTests {
  @Test func readsSegmentsEntryAndFlags() throws {
    let elf = try ELFFile(ELFBuilder.typical.bytes, file: "a.elf")
    #expect(elf.type == .executable)
    #expect(elf.flags == 5)
    #expect(elf.flagNames == ["double-float ABI", "compressed code (RVC)"])
    #expect(elf.entry == 0x8000_0000)
    #expect(elf.segments.count == 2)
    let data = try #require(elf.segments.last)
    #expect(Array(data.bytes) == [1, 2, 3, 4])
    #expect(data.zeroFill == 0xFC)
    #expect(data.permissions == [.read, .write])
    #expect(elf.physicalExtent == 0x8000_0000..<0x8000_1100)
  }

  @Test func ordersSegmentsByPhysicalAddress() throws {
    var builder = ELFBuilder()
    builder.segments.insert(.init(physical: 0x8000_2000, flags: 6), at: 0)
    let elf = try ELFFile(builder.bytes, file: "a.elf")
    #expect(elf.segments.map(\.index) == [1, 0])
  }

  @Test func translatesAVirtualEntryThroughItsSegment() throws {
    var builder = ELFBuilder()
    builder.entry = 0xC000_0004
    builder.segments[0].virtual = 0xC000_0000
    builder.segments[0].physical = 0x8040_0000
    #expect(try ELFFile(builder.bytes, file: "a.elf").physicalEntry() == 0x8040_0004)
  }

  @Test func takesAPhysicalEntryOfAHigherHalfKernel() throws {
    var builder = ELFBuilder()
    builder.entry = 0x8040_0004
    builder.segments[0].virtual = 0xC000_0000
    builder.segments[0].physical = 0x8040_0000
    #expect(try ELFFile(builder.bytes, file: "a.elf").physicalEntry() == 0x8040_0004)
  }

  @Test func acceptsAPositionIndependentExecutable() throws {
    var builder = ELFBuilder()
    builder.type = 3
    #expect(try ELFFile(builder.bytes, file: "a.elf").type == .positionIndependent)
  }

  @Test func representsZeroFillAsACount() throws {
    var builder = ELFBuilder()
    builder.segments.append(.init(physical: 0, contents: [], memorySize: 0xFFFF_FFFF, flags: 6))
    #expect(try ELFFile(builder.bytes, file: "a.elf").segments.first?.zeroFill == 0xFFFF_FFFF)
  }

  @Test func ignoresSegmentsThatTakeNoMemory() throws {
    var builder = ELFBuilder()
    builder.segments.append(.init(contents: []))
    builder.segments.append(.init(type: 0x6474_E551, physical: 0, contents: []))
    #expect(try ELFFile(builder.bytes, file: "a.elf").segments.count == 1)
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    let what: String
    let change: @Sendable (inout ELFBuilder) -> Void
    let message: String
    var testDescription: String { what }
  }

  static let bad: [Bad] = [
    Bad(
      what: "64-bit", change: { $0.elfClass = 2 },
      message: "64-bit ELF (ELFCLASS64); Roost runs 32-bit RISC-V guests (ELFCLASS32): build for rv32"),
    Bad(
      what: "big-endian",
      change: {
        $0.encoding = 2
        $0.machine = $0.machine.byteSwapped
      },
      message:
        "big-endian ELF (ELFDATA2MSB); Roost runs little-endian guests (ELFDATA2LSB): build for little-endian"),
    Bad(
      what: "another machine", change: { $0.machine = 62 },
      message: "ELF for x86-64 (e_machine 62); Roost runs 32-bit RISC-V guests (e_machine 243): build for riscv32"),
    Bad(
      what: "an unknown machine", change: { $0.machine = 60000 },
      message:
        "ELF for another machine (e_machine 60000); Roost runs 32-bit RISC-V guests (e_machine 243): build for riscv32"
    ),
    Bad(
      what: "unknown class", change: { $0.elfClass = 9 },
      message: "e_ident[EI_CLASS] is 9, expected 1 (ELFCLASS32)"),
    Bad(
      what: "unknown encoding", change: { $0.encoding = 0 },
      message: "e_ident[EI_DATA] is 0, expected 1 (ELFDATA2LSB)"),
    Bad(
      what: "unknown version", change: { $0.version = 7 },
      message: "e_ident[EI_VERSION] is 7, expected 1 (EV_CURRENT)"),
    Bad(
      what: "object file", change: { $0.type = 1 },
      message: "relocatable object (ET_REL) (e_type 1), expected an executable (ET_EXEC, 2): link it first"),
    Bad(
      what: "core dump", change: { $0.type = 4 },
      message: "core dump (ET_CORE) (e_type 4), expected an executable (ET_EXEC, 2): link it first"),
    Bad(
      what: "dynamically linked", change: { $0.segments.append(.init(type: 3)) },
      message: "dynamically linked program (PT_INTERP), which needs an operating system; give a kernel, or link a "
        + "bare-metal program with -static -nostdlib"),
    Bad(
      what: "no program headers",
      change: {
        $0.segments = []
        $0.programHeaderOffset = 0
      },
      message: "ELF without a loadable segment (PT_LOAD); link it into an executable"),
    Bad(
      what: "only empty segments", change: { $0.segments[0].contents = [] },
      message: "ELF without a loadable segment (PT_LOAD); link it into an executable"),
    Bad(
      what: "file size above memory size", change: { $0.segments[0].memorySize = 4 },
      message: "program header 0: p_filesz is 0x8, expected at most p_memsz, 0x4"),
    Bad(
      what: "segment past the end of the file", change: { $0.segments[0].offset = 0xFFFF_FFF0 },
      message: "truncated: program header 0 needs 4294967288 bytes of file, but there are 92; copy or build the file "
        + "again"),
    Bad(
      what: "physical address overflow",
      change: {
        $0.segments[0].physical = 0xFFFF_F000
        $0.segments[0].memorySize = 0x2000
      },
      message: "program header 0: p_paddr is 0xfffff000, expected p_paddr + p_memsz (0x2000) within 4 GiB"),
    Bad(
      what: "virtual address overflow",
      change: {
        $0.segments[0].virtual = 0xFFFF_F000
        $0.segments[0].memorySize = 0x2000
      },
      message: "program header 0: p_vaddr is 0xfffff000, expected p_vaddr + p_memsz (0x2000) within 4 GiB"),
    Bad(
      what: "entry outside", change: { $0.entry = 0x8000_0008 },
      message: "e_entry 0x80000008 lies in no executable segment; define _start or name the entry with ENTRY()"),
    Bad(
      what: "entry in data", change: { $0.segments[0].flags = 6 },
      message: "e_entry 0x80000000 lies in no executable segment; define _start or name the entry with ENTRY()"),
    Bad(
      what: "odd entry", change: { $0.entry = 0x8000_0001 },
      message: "e_entry is 0x80000001, expected an even address"),
    Bad(
      what: "wrong program header size", change: { $0.programHeaderSize = 56 },
      message: "e_phentsize is 0x38, expected 32"),
    Bad(
      what: "more program headers than the file holds", change: { $0.programHeaderCount = 3 },
      message: "truncated: program header table needs 148 bytes of file, but there are 92; copy or build the file again"
    ),
    Bad(
      what: "section headers past the end", change: { $0.sectionHeaderCount = 3 },
      message: "truncated: section header table needs 120 bytes of file, but there are 92; copy or build the file again"
    ),
    Bad(
      what: "too many program headers", change: { $0.programHeaderCount = 65535 },
      message: "e_phnum is 0xffff, expected at most 4096 program headers"),
  ]

  @Test(arguments: bad) func refuses(_ bad: Bad) throws {
    var builder = ELFBuilder()
    bad.change(&builder)
    let bytes = builder.bytes
    let error = try error { () throws(ImageError) in try ELFFile(bytes, file: "a.elf") }
    #expect(error.description == "a.elf: " + bad.message)
  }

  @Test func refusesEveryTruncation() throws {
    let bytes = ELFBuilder.typical.bytes
    for length in 0..<bytes.count {
      let part = Array(bytes.prefix(length))
      let error = try error { () throws(ImageError) in try ELFFile(part, file: "a.elf") }
      guard case .truncated("a.elf", _, UInt64(length), _) = error else {
        Issue.record("\(length): \(error)")
        continue
      }
    }
    _ = try ELFFile(bytes, file: "a.elf")
  }

  @Test func survivesSectionCountsPastTheFile() throws {
    for (offset, count) in [(0xFFFF_FFF0, 0), (52, 0), (60, 0), (1, 2), (60, 3)] as [(UInt32, UInt16)] {
      var builder = ELFBuilder.typical
      builder.sectionHeaderOffset = offset
      builder.sectionHeaderCount = count
      let bytes = builder.bytes
      // Refused or loaded: both are right. What matters is that it ends.
      guard let elf = try? ELFFile(bytes, file: "a.elf") else { continue }
      _ = try? elf.symbols()
      _ = try? elf.attributes()
    }
  }
}
