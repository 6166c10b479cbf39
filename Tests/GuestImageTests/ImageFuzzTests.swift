import GuestImage
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whatever the bytes, loading ends in an image or in an error, and every plan keeps its promises.
@Suite struct ImageFuzzTests {
  /// FUZZ_SECONDS and ROOST_FUZZ_SEED in the environment make a run longer and different.
  private static func setting(_ name: String, default value: UInt64) -> UInt64 {
    getenv(name).flatMap { UInt64(String(cString: $0)) } ?? value
  }

  private static var vmlinux: ELFBuilder {
    var builder = ELFBuilder.typical
    builder.entry = 0xC000_0000
    builder.segments[0].physical = 0
    builder.segments[0].virtual = 0xC000_0000
    builder.segments[1].physical = 0x1000
    builder.segments[1].virtual = 0xC000_1000
    return builder
  }

  private static var seeds: [[UInt8]] {
    [ELFBuilder.typical.bytes, vmlinux.bytes, ELFBuilder().bytes, linuxImage(), linuxImage(textOffset: 0)]
  }

  @Test func everyTruncationEnds() {
    for seed in Self.seeds {
      for length in 0...seed.count { exercise(Array(seed.prefix(length))) }
    }
  }

  @Test func everyMutantEnds() {
    var random = SplitMix(seed: Self.setting("ROOST_FUZZ_SEED", default: 0x726F_6F73_74))
    let seeds = Self.seeds
    var loaded = 0
    let end = ContinuousClock.now + .seconds(Int64(clamping: Self.setting("FUZZ_SECONDS", default: 0)))
    var count = 0
    while count < 40_000 || ContinuousClock.now < end {
      count += 1
      var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
      if exercise(bytes) { loaded += 1 }
    }
    // Mutants that all fail at the first check would prove little.
    #expect(loaded > 1000)
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    guard bytes.count >= 8 else { return }
    // Headers stand at both ends of an ELF.
    let span = min(bytes.count, 160)
    var offset = Int.random(in: 0..<bytes.count, using: &random)
    if Bool.random(using: &random) { offset = Int.random(in: 0..<span, using: &random) }
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: bytes[offset] = UInt8.random(in: 0...255, using: &random)
    case 2, 3:
      let values: [UInt32] = [
        0, 1, 2, 16, 32, 40, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFFC, UInt32(bytes.count),
        UInt32(bytes.count) - 1, UInt32(offset), UInt32(truncatingIfNeeded: random.next()),
      ]
      let start = min(offset & ~3, bytes.count - 4)
      let value = values[Int.random(in: 0..<values.count, using: &random)]
      bytes.replaceSubrange(start..<(start + 4), with: ELFBuilder.little(value))
    case 4:
      let start = min(offset & ~1, bytes.count - 2)
      let value = [0, 1, 0xFFFF, 0xFFFE, 0xFF00, 0xFFF1][Int.random(in: 0..<6, using: &random)] as UInt16
      bytes.replaceSubrange(start..<(start + 2), with: ELFBuilder.little(value))
    default: bytes.removeLast(Int.random(in: 0..<min(64, bytes.count), using: &random))
    }
  }

  /// Takes the bytes through everything that reads them; true if they load.
  @discardableResult private func exercise(_ bytes: [UInt8]) -> Bool {
    guard let image = try? ImageFile(path: "mutant", bytes: bytes) else { return false }
    var request = request(image, memory: 16 << 20)
    request.initrd = ImageFile(path: "initrd", verbatim: [1, 2, 3])
    let boot: Result<BootPlan, ImageError>
    do throws(ImageError) { boot = .success(try BootPlanner.plan(request)) } catch { boot = .failure(error) }
    #expect(!ImageReport(image, boot: boot).lines.isEmpty)
    if case .elf(let elf) = image.content, let symbols = try? elf.symbols() {
      #expect(symbols.symbols(in: 0..<(1 << 32)).count <= symbols.count)
      _ = symbols.symbol(named: "_start")
    }
    for range in (try? image.codeRanges(ramBase: ramBase)) ?? [] {
      #expect(range.range.upperBound <= 1 << 32)
      #expect(range.data.allSatisfy { range.range.contains($0.lowerBound) && $0.upperBound <= range.range.upperBound })
    }
    if case .success(let plan) = boot { check(plan, ram: request.ram.range) }
    return true
  }

  private func check(_ plan: BootPlan, ram: Range<UInt64>) {
    var end = ram.lowerBound
    for piece in plan.pieces {
      #expect(piece.range.lowerBound >= end, "\(piece.name)")
      end = piece.range.upperBound
    }
    #expect(end <= ram.upperBound)
    #expect(plan.kernelRange.contains(UInt64(plan.kernelEntry)))
    #expect(plan.pieces.contains { $0.range.contains(UInt64(plan.resetEntry)) })
    if let initrd = plan.initrdRange { #expect(!initrd.overlaps(plan.kernelRange)) }
    let tree = UInt64(plan.deviceTreeAddress ?? 0)
    #expect(!plan.pieces.contains { $0.range.overlaps(tree..<(tree + 6000)) })
  }
}
