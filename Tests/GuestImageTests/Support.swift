import GuestImage
import Testing

let ramBase: UInt32 = 0x8000_0000

/// A request for `kernel` on a machine with `memory` bytes of RAM and a built-in firmware of 256 KiB.
func request(_ kernel: ImageFile, at address: UInt32? = nil, memory: UInt64 = 128 << 20) -> BootRequest {
  var request = BootRequest(
    ram: GuestRAM(base: ramBase, size: memory), kernel: ImageAtAddress(kernel, address: address),
    builtinFirmware: BuiltinFirmware(bytes: [0x6F, 0, 0, 0], memorySize: 256 << 10))
  request.deviceTreeSize = 6000
  return request
}

func image(_ bytes: [UInt8], _ name: String = "guest") throws(ImageError) -> ImageFile {
  try ImageFile(path: name, bytes: bytes)
}

func image(_ elf: ELFBuilder, _ name: String = "guest") throws(ImageError) -> ImageFile { try image(elf.bytes, name) }

/// The error that `body` throws; a test failure if it throws none.
func error<Result>(_ body: () throws(ImageError) -> Result) throws -> ImageError {
  do throws(ImageError) {
    _ = try body()
  } catch {
    return error
  }
  throw NoError()
}

struct NoError: Error, CustomStringConvertible { var description: String { "expected an ImageError" } }

/// A Linux `Image` header followed by `count` bytes.
func linuxImage(
  textOffset: UInt64 = 0x40_0000, imageSize: UInt64 = 0x1000, flags: UInt64 = 0, count: Int = 64
) -> [UInt8] {
  [0x6F, 0, 0, 4, 0, 0, 0, 0] + ELFBuilder.little(textOffset) + ELFBuilder.little(imageSize)
    + ELFBuilder.little(flags) + ELFBuilder.little(UInt32(2)) + Array(repeating: 0, count: 12)
    + Array("RISCV".utf8) + [0, 0, 0] + Array("RSC".utf8) + [5, 0, 0, 0, 0] + Array(repeating: 0x13, count: count)
}

/// SplitMix64: the same sequence for the same seed everywhere.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
