import GuestImage
import Testing

/// Where the initrd and the device tree go, in RAM of all sizes.
@Suite struct BootPlacementTests {
  private func plan(
    _ kernel: [UInt8] = linuxImage(imageSize: 5 << 20), megabytes: UInt64, initrd: Int = 0
  ) throws(ImageError) -> BootPlan {
    var request = request(try image(kernel, "Image"), memory: megabytes << 20)
    if initrd > 0 { request.initrd = ImageFile(path: "initrd.gz", verbatim: Array(repeating: 7, count: initrd)) }
    return try BootPlanner.plan(request)
  }

  /// QEMU's places: kernel start plus half of RAM or 128 MiB, and 2 MiB below the end of RAM or 3 GiB.
  @Test(
    arguments: [
      (16, 0x80C0_0000, 0x80E0_0000), (64, 0x8240_0000, 0x83E0_0000), (128, 0x8440_0000, 0x87E0_0000),
      (256, 0x8840_0000, 0x8FE0_0000), (1024, 0x8840_0000, 0xBFE0_0000), (2048, 0x8840_0000, 0xBFE0_0000),
    ] as [(UInt64, UInt64, UInt32)])
  func placesInitrdAndDeviceTreeAsQEMU(_ megabytes: UInt64, _ initrd: UInt64, _ deviceTree: UInt32) throws {
    let plan = try plan(megabytes: megabytes, initrd: 800_000)
    #expect(plan.initrdRange == initrd..<(initrd + 800_000))
    #expect(plan.deviceTreeAddress == deviceTree)
    #expect(plan.pieces.last?.name == "initrd.gz: initrd")
  }

  @Test func anInitrdTooLargeForItsPlaceMovesDown() throws {
    let plan = try plan(megabytes: 16, initrd: 3 << 20)
    #expect(plan.initrdRange == 0x80B0_0000..<0x80E0_0000)
  }

  @Test func anInitrdClearsTheKernelsZeroData() throws {
    let plan = try plan(linuxImage(imageSize: 40 << 20), megabytes: 64, initrd: 4096)
    let initrd = try #require(plan.initrdRange)
    #expect(initrd.lowerBound >= 0x8040_0000 + 40 << 20)
    #expect(initrd.upperBound <= 0x8400_0000)
  }

  @Test func anInitrdThatDoesNotFitIsRefused() throws {
    let error = try error { () throws(ImageError) in try plan(megabytes: 16, initrd: 8 << 20) }
    #expect(
      error.description == "initrd.gz: initrd: 8 MiB do not fit: the largest free space is 5 MiB of 16 MiB RAM; "
        + "give more --memory")
  }

  @Test(arguments: [4, 5, 9]) func aKernelThatDoesNotFitIsRefused(_ megabytes: UInt64) throws {
    let error = try error { () throws(ImageError) in
      try plan(linuxImage(imageSize: 6 << 20), megabytes: megabytes)
    }
    #expect(
      error.description.hasPrefix("Image: Linux Image: 0x80400000-0x809fffff lies outside RAM, "), "\(error)")
    #expect(error.description.hasSuffix("; give at least --memory 10M or link it lower"))
  }

  @Test(
    arguments: [(64 << 10, 0x8000_E000), (1 << 20, 0x800F_E000), (2 << 20, 0x801F_E000), (3 << 20, 0x8020_0000)]
      as [(UInt64, UInt32)])
  func aBareGuestRunsInTinyRAM(_ bytes: UInt64, _ deviceTree: UInt32) throws {
    let plan = try BootPlanner.plan(request(try image([0x13, 0, 0, 0]), memory: bytes))
    #expect(plan.deviceTreeAddress == deviceTree)
  }

  @Test func aDeviceTreeGoesBelowAKernelThatFillsRAM() throws {
    let plan = try plan(linuxImage(imageSize: 4 << 20), megabytes: 8)
    #expect(plan.kernelRange.upperBound == 0x8080_0000)
    #expect(plan.deviceTreeAddress == 0x8020_0000)
  }

  @Test func aDeviceTreeThatDoesNotFitIsRefused() throws {
    let error = try error { () throws(ImageError) in
      try BootPlanner.plan(request(try image([0x13]), memory: 4096))
    }
    #expect(
      error.description == "the device tree: 6000 bytes do not fit: the largest free space is 4095 bytes of 4 KiB RAM; "
        + "give more --memory")
  }

  @Test func noDeviceTreeIsPlacedIfThereIsNone() throws {
    var request = request(try image([0x13]))
    request.deviceTreeSize = 0
    #expect(try BootPlanner.plan(request).deviceTreeAddress == nil)
  }

  @Test func hostileSizesAreRefused() throws {
    for size in [1 << 40, UInt64.max] {
      var request = request(try image([0x13]))
      request.deviceTreeSize = size
      _ = try error { () throws(ImageError) in try BootPlanner.plan(request) }
    }
    #expect(GuestRAM(base: ramBase, size: .max).range == 0x8000_0000..<0x1_0000_0000)
    #expect(GuestRAM(base: .max, size: 0).range.isEmpty)
    #expect(throws: ImageError.self) { try BootPlanner.plan(request(try image([0x13]), memory: 0)) }
  }
}
