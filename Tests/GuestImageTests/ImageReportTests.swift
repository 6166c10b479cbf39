import GuestImage
import Testing

@Suite struct ImageReportTests {
  private func report(_ image: ImageFile) -> [String] {
    do throws(ImageError) {
      return ImageReport(image, boot: .success(try BootPlanner.plan(request(image)))).lines
    } catch {
      return ImageReport(image, boot: .failure(error)).lines
    }
  }

  @Test func tellsAboutAnELF() throws {
    let bytes = ELFBuilder.typical.bytes
    #expect(
      report(try image(bytes, "a.elf")) == [
        "a.elf: ELF file, \(bytes.count) bytes",
        "  machine    32-bit RISC-V, little-endian; executable",
        "  flags      0x5: double-float ABI, compressed code (RVC)",
        "  ISA        rv32i2p1_m2p0",
        "  stack      aligned to 16 bytes",
        "  entry      0x80000000 <_start>",
        "  segment 0  0x80000000-0x80000007 r-x: 8 bytes from the file",
        "  segment 1  0x80001000-0x800010ff rw-: 4 bytes from the file, 252 bytes of zeroes",
        "  symbols    2",
        "  in memory  0x80000000-0x800010ff",
        "  boots      in M-mode without firmware at 0x80000000",
      ])
  }

  @Test func tellsAboutALinuxImage() throws {
    #expect(
      report(try image(linuxImage(imageSize: 1 << 20), "Image")) == [
        "Image: RISC-V Linux Image, 128 bytes",
        "  text_offset  0x400000 from the start of RAM",
        "  image_size   0x100000, 1 MiB in memory",
        "  flags        0x0: little-endian",
        "  version      0.2",
        "  in memory    0x80400000-0x804fffff",
        "  boots        in S-mode under the built-in firmware at 0x80400000",
      ])
  }

  @Test func tellsWhyAnImageDoesNotBoot() throws {
    let tree: [UInt8] = [0xD0, 0x0D, 0xFE, 0xED] + [0, 0, 0x10, 0] + Array(repeating: 0, count: 15) + [17]
    #expect(
      report(try image(tree, "virt.dtb")) == [
        "virt.dtb: flattened device tree, 24 bytes",
        "  version        17",
        "  totalsize      4 KiB",
        "  does not boot  virt.dtb: flattened device tree cannot be booted; give it with --dtb; for a FIT image give "
          + "the kernel inside it",
      ])
  }

  @Test func notesADamagedSymbolTable() throws {
    var builder = ELFBuilder.typical
    builder.symbolEntrySize = 1
    let lines = report(try image(builder, "a.elf"))
    #expect(lines.contains("  entry      0x80000000"))
    #expect(lines.contains("  boots      in M-mode without firmware at 0x80000000"))
    #expect(lines.last == "  damaged    a.elf: symbol table: sh_entsize is 1, expected 16")
  }
}
