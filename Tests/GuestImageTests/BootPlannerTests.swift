import GuestImage
import Testing

@Suite struct BootPlannerTests {
  private func elf(at address: UInt32, count: Int = 8, memorySize: UInt32? = nil) throws -> ImageFile {
    var builder = ELFBuilder()
    builder.entry = address
    builder.segments[0].physical = address
    builder.segments[0].contents = Array(repeating: 0x13, count: count)
    builder.segments[0].memorySize = memorySize
    return try image(builder, "k.elf")
  }

  private func message(_ request: BootRequest) throws -> String {
    try error { () throws(ImageError) in try BootPlanner.plan(request) }.description
  }

  // MARK: The kernel

  @Test func anImageAtTheStartOfRAMRunsBare() throws {
    let plan = try BootPlanner.plan(request(try elf(at: 0x8000_0000, memorySize: 0x2000)))
    #expect(plan.firmware == .none)
    #expect(plan.kernelMode == .machine)
    #expect(plan.resetEntry == 0x8000_0000 && plan.kernelEntry == 0x8000_0000)
    #expect(plan.pieces.count == 1)
    #expect(plan.pieces.first?.zeroFill == 0x1FF8)
    #expect(plan.kernelRange == 0x8000_0000..<0x8000_2000)
    #expect(plan.deviceTreeAddress == 0x87E0_0000)
    #expect(plan.initrdRange == nil)
  }

  @Test func anImageElsewhereGetsTheBuiltinFirmware() throws {
    let plan = try BootPlanner.plan(request(try elf(at: 0x8020_0000)))
    #expect(plan.firmware == .builtin)
    #expect(plan.kernelMode == .supervisor)
    #expect(plan.resetEntry == 0x8000_0000)
    #expect(plan.kernelEntry == 0x8020_0000)
    #expect(plan.pieces.map(\.address) == [0x8000_0000, 0x8020_0000])
    #expect(plan.pieces.first?.zeroFill == 0x3_FFFC)
  }

  @Test func aLinuxImageGoesWhereItsHeaderSays() throws {
    let plan = try BootPlanner.plan(request(try image(linuxImage(imageSize: 0x47_1080))))
    #expect(plan.kernelEntry == 0x8040_0000)
    #expect(plan.kernelRange == 0x8040_0000..<0x8087_1080)
    #expect(plan.kernelMode == .supervisor)
    let bare = try BootPlanner.plan(request(try image(linuxImage(textOffset: 0))))
    #expect(bare.kernelEntry == 0x8000_0000)
    #expect(bare.kernelMode == .machine)
  }

  @Test func aLinuxImageMayBePlacedOnAnotherMegapage() throws {
    let linux = try image(linuxImage(), "Image")
    #expect(try BootPlanner.plan(request(linux, at: 0x8080_0000)).kernelEntry == 0x8080_0000)
    #expect(
      try message(request(linux, at: 0x8020_0000))
        == "Image: a 32-bit Linux Image cannot run at 0x80200000, expected a "
        + "multiple of 4 MiB; leave @ADDRESS out")
  }

  @Test func vmlinuxKeepsItsLayoutFourMegabytesIntoRAM() throws {
    var builder = ELFBuilder()
    builder.entry = 0xC000_0004
    builder.segments = [
      .init(physical: 0, virtual: 0xC000_0000),
      .init(physical: 0x1000, virtual: 0xC000_1000, memorySize: 0x2000, flags: 6),
    ]
    let plan = try BootPlanner.plan(request(try image(builder)))
    #expect(plan.firmware == .builtin)
    #expect(plan.kernelEntry == 0x8040_0004)
    #expect(plan.kernelRange == 0x8040_0000..<0x8040_3000)
    #expect(plan.pieces.dropFirst().map(\.address) == [0x8040_0000, 0x8040_1000])
  }

  @Test func aProgramLinkedAtZeroIsNotMistakenForVmlinux() throws {
    #expect(
      try message(request(try elf(at: 0))) == "k.elf: segment 0: 0x0-0x7 lies outside RAM, 0x80000000-0x87ffffff; "
        + "link or load it inside")
  }

  /// What `ld -Ttext=0x80000000` makes: the headers in a segment of their own (lld) or in the page below (GNU ld).
  @Test func headersBelowRAMAreLeftOut() throws {
    var lld = ELFBuilder()
    lld.segments.insert(
      .init(physical: 0x1_0000, contents: [], memorySize: 116, flags: 4, offset: 0, fileSize: 116), at: 0)
    var gnu = ELFBuilder()
    gnu.segments = [
      .init(physical: 0x7FFF_FFA0, contents: [0x13, 0, 0, 0], memorySize: 0x64, offset: 0, fileSize: 0x64)
    ]
    gnu.segments[0].contents = Array(repeating: 0, count: 12) + [0x13, 0, 0, 0]
    for (builder, count) in [(lld, 8), (gnu, 4)] {
      let plan = try BootPlanner.plan(request(try image(builder)))
      #expect(plan.firmware == .none)
      #expect(plan.pieces.map(\.address) == [0x8000_0000])
      #expect(plan.pieces.first?.bytes.count == count)
      #expect(plan.pieces.first?.bytes.first == 0x13)
    }
  }

  @Test func programBytesBelowRAMAreRefused() throws {
    var builder = ELFBuilder()
    builder.segments = [.init(physical: 0x7FFF_FFA0, contents: [], memorySize: 0x64, offset: 0, fileSize: 0x64)]
    builder.segments[0].contents = Array(repeating: 0, count: 11) + [1, 0x13, 0, 0, 0]
    #expect(
      try message(request(try image(builder, "k.elf"))) == "k.elf: segment 0: 0x7fffffff-0x80000003 lies outside RAM, "
        + "0x80000000-0x87ffffff; link or load it inside")
  }

  @Test func anEntryInTheHeadersIsRefused() throws {
    var builder = ELFBuilder()
    builder.entry = 0x7FFF_FFF0
    builder.segments = [.init(physical: 0x7FFF_FFA0, contents: [], memorySize: 0x64, offset: 0, fileSize: 0x64)]
    builder.segments[0].contents = Array(repeating: 0, count: 12) + [0x13, 0, 0, 0]
    #expect(try message(request(try image(builder, "k.elf"))).hasPrefix("k.elf: e_entry 0x7ffffff0 lies in no "))
  }

  @Test func aRawBinaryRunsBareUnlessPlacedElsewhere() throws {
    let raw = try image([0x13, 0, 0, 0], "k.bin")
    #expect(try BootPlanner.plan(request(raw)).kernelMode == .machine)
    let placed = try BootPlanner.plan(request(raw, at: 0x8040_0000))
    #expect(placed.kernelMode == .supervisor)
    #expect(placed.kernelEntry == 0x8040_0000)
  }

  @Test func anELFTakesNoAddress() throws {
    #expect(
      try message(request(try elf(at: 0x8000_0000), at: 0x8040_0000))
        == "k.elf: an ELF has its own addresses; leave @0x80400000 out")
  }

  @Test(arguments: ImageFileTests.recognised) func onlyBootableKindsBoot(_ kind: FileKind, _ bytes: [UInt8]) throws {
    let request = request(try image(bytes, "f"))
    guard ![.elf, .linuxImage, .raw].contains(kind) else {
      _ = try BootPlanner.plan(request)
      return
    }
    let message = try message(request)
    #expect(message.hasPrefix("f: \(kind.title) cannot be booted; "), "\(message)")
  }

  @Test func refusesSegmentsOutsideRAM() throws {
    #expect(
      try message(request(try elf(at: 0x7FFF_FFFC))) == "k.elf: segment 0: 0x7ffffffc-0x80000003 lies outside RAM, "
        + "0x80000000-0x87ffffff; link or load it inside")
    #expect(
      try message(request(try elf(at: 0x8040_0000, memorySize: 0x1000_0000))) == "k.elf: segment 0: "
        + "0x80400000-0x903fffff lies outside RAM, 0x80000000-0x87ffffff; give at least --memory 260M or link it lower")
  }

  @Test func refusesAFourGigabyteBSSWithoutAllocatingIt() throws {
    var builder = ELFBuilder()
    builder.segments.append(.init(physical: 1, contents: [], memorySize: 0xFFFF_FFFF, flags: 6))
    #expect(try message(request(try image(builder))).contains("segment 1: 0x1-0xffffffff lies outside RAM"))
  }

  @Test func refusesSegmentsOverEachOther() throws {
    var builder = ELFBuilder()
    builder.segments.append(.init(physical: 0x8000_0004, flags: 6))
    #expect(
      try message(request(try image(builder, "k.elf"))) == "k.elf: segment 1: 0x80000004-0x8000000b overlaps k.elf: "
        + "segment 0, 0x80000000-0x80000007; move one of them")
  }

  // MARK: Firmware

  @Test func firmwareNoneStartsInMachineMode() throws {
    var request = request(try elf(at: 0x8040_0000))
    request.firmware = .none
    let plan = try BootPlanner.plan(request)
    #expect(plan.firmware == .none)
    #expect(plan.kernelMode == .machine)
    #expect(plan.resetEntry == 0x8040_0000)
  }

  @Test func aKernelOverTheFirmwareIsRefused() throws {
    var request = request(try elf(at: 0x8000_0000))
    request.firmware = .builtin
    #expect(
      try message(request) == "k.elf: segment 0: 0x80000000-0x80000007 overlaps the firmware, 0x80000000-0x8003ffff; "
        + "link it above, or use --firmware none to start it in M-mode")
  }

  @Test func aFirmwareFileGoesToTheStartOfRAM() throws {
    var request = request(try image(linuxImage()))
    request.firmware = .file(try image([0x13, 5, 0, 0], "fw.bin"))
    let plan = try BootPlanner.plan(request)
    #expect(plan.firmware == .file("fw.bin"))
    #expect(plan.resetEntry == 0x8000_0000)
    #expect(plan.kernelEntry == 0x8040_0000)
    #expect(plan.kernelMode == .supervisor)
    #expect(plan.pieces.first?.name == "fw.bin")
  }

  @Test func aFirmwareELFHasItsOwnAddresses() throws {
    var request = request(try image(linuxImage()))
    request.firmware = .file(try elf(at: 0x8000_1000))
    #expect(try BootPlanner.plan(request).resetEntry == 0x8000_1000)
  }

  @Test func aFirmwareOfAnotherKindIsRefused() throws {
    var request = request(try image(linuxImage()))
    request.firmware = .file(try image([0x1F, 0x8B, 8], "fw.gz"))
    #expect(try message(request).hasPrefix("fw.gz: gzip-compressed data cannot be booted; "))
    request.firmware = .file(try image(linuxImage(), "Image"))
    #expect(try message(request) == "Image: a Linux Image is no firmware; give it as the kernel")
  }

  // MARK: More images

  @Test func additionalImagesAreLoadedWhereTheyAreSent() throws {
    var request = request(try elf(at: 0x8000_0000))
    request.additional = [
      ImageAtAddress(try image([1, 2, 3], "a.bin"), address: 0x8010_0000), ImageAtAddress(try elf(at: 0x8020_0000)),
      ImageAtAddress(try elf(at: 0), address: 0x8030_0000),
    ]
    let plan = try BootPlanner.plan(request)
    #expect(plan.pieces.map(\.address) == [0x8000_0000, 0x8010_0000, 0x8020_0000, 0x8030_0000])
    #expect(plan.pieces[1].bytes == [1, 2, 3])
    #expect(plan.pieces[3].bytes.first == 0x7F)
    #expect(plan.kernelEntry == 0x8000_0000)
  }

  @Test func additionalImagesNeedAnAddressAndRoom() throws {
    var request = request(try elf(at: 0x8000_0000))
    let raw = try image([1, 2, 3], "a.bin")
    request.additional = [ImageAtAddress(raw)]
    #expect(try message(request) == "a.bin: a raw binary does not say where it goes; write a.bin@ADDRESS")
    request.additional = [ImageAtAddress(raw, address: 0x8000_0007)]
    #expect(
      try message(request) == "a.bin: 0x80000007-0x80000009 overlaps k.elf: segment 0, 0x80000000-0x80000007; "
        + "move one of them")
    request.additional = [ImageAtAddress(raw, address: 0xFFFF_FFFE)]
    #expect(
      try message(request) == "a.bin: 0xfffffffe-0x100000000 lies outside RAM, 0x80000000-0x87ffffff; "
        + "link or load it inside")
  }

  @Test func reservationsAreKept() throws {
    var request = request(try elf(at: 0x8000_0000))
    request.ram.reservations = [.init(name: "the framebuffer", range: 0x8000_0004..<0x8000_0008)]
    #expect(
      try message(request) == "k.elf: segment 0: 0x80000000-0x80000007 overlaps the framebuffer, "
        + "0x80000004-0x80000007; move one of them")
  }

  // MARK: Arguments

  @Test func argumentsFitLinux() throws {
    var request = request(try elf(at: 0x8000_0000))
    request.arguments = String(repeating: "a", count: 1023)
    #expect(try BootPlanner.plan(request).arguments.count == 1023)
    request.arguments += "a"
    #expect(try message(request) == "kernel arguments: are 1024 bytes long; Linux takes at most 1023")
    request.arguments = "a\0b"
    #expect(try message(request) == "kernel arguments: hold a zero byte; give text")
  }
}
