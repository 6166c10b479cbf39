import Boards
import ConformanceKit
import DeviceTree
import GuestImage
import HartEngine
import Peripherals
import SystemBus

extension RandomSource {
  /// Damages a file: single bits and bytes, words with values that readers stumble over, cuts, and pieces moved.
  mutating func damage(_ bytes: inout [UInt8], headers: Int) {
    for _ in 0...below(5) {
      guard bytes.count >= 8 else { return }
      let offset = below(chance(percent: 60) ? min(headers, bytes.count - 4) : bytes.count - 4)
      switch below(8) {
      case 0: bytes[offset] ^= 1 << UInt8(below(8))
      case 1: bytes[offset] = UInt8(below(256))
      case 2, 3, 4:
        let value = pick([word(), bits(), UInt32(bytes.count), UInt32(offset), 0x8000_0000 &+ UInt32(below(1 << 26))])
        let isBig = chance(percent: 30)
        for index in 0..<4 {
          bytes[(offset & ~3) + index] = UInt8(value >> UInt32(8 * (isBig ? 3 - index : index)) & 0xFF)
        }
      case 5: bytes.removeLast(below(min(bytes.count, 64)))
      case 6: bytes.append(contentsOf: (0..<below(64)).map { _ in UInt8(below(256)) })
      default:
        let source = below(bytes.count - 4)
        for index in 0..<4 { bytes[offset + index] = bytes[source + index] }
      }
    }
  }
}

private final class Silence: ConsoleSink {
  func write(_ byte: UInt8) {}
}

/// A Linux `Image` header (riscv boot-image-header) before a few bytes of code.
private func linuxImage(_ random: inout RandomSource) -> [UInt8] {
  var words: [UInt32] = [
    0x0000_006F, 0, 0x40_0000, 0, 0x10_0000, 0, 0, 0, 2, 0, 0, 0, 0x4353_4952, 0x5, 0x0543_5352, 0,
  ]
  words[2] = random.pick([0, 0x20_0000, 0x40_0000])
  return words.flatMap { word in (0..<4).map { UInt8(word >> UInt32(8 * $0) & 0xFF) } }
    + (0..<512).map { _ in UInt8(random.below(256)) }
}

/// Any file as a kernel, with any machine around it: refused with an error, or booted and run for a moment.
func fuzzLoader(_ random: inout RandomSource) throws {
  var bytes: [UInt8]
  if random.chance(percent: 70) {
    var program = Group.reservations.program(seed: random.next(), index: 0)
    for index in program.segments.indices {
      program.segments[index].bytes = Array(program.segments[index].bytes.prefix(300))
    }
    bytes = program.elf
  } else {
    bytes = linuxImage(&random)
  }
  if random.chance(percent: 95) { random.damage(&bytes, headers: 400) }
  guard let image = try? ImageFile(path: "fuzzed", bytes: bytes) else { return }
  var configuration = MachineConfiguration()
  configuration.memorySize = random.pick([1, 4, 16, 64]) << 20
  configuration.clock = .virtual(instructionsPerTick: 10)
  let machine = try VirtMachine(configuration, console: Silence())
  var request = BootRequest(
    ram: GuestRAM(base: 0x8000_0000, size: UInt64(machine.ram.size)), kernel: ImageAtAddress(image),
    builtinFirmware: BuiltinFirmware(bytes: [0x6F, 0, 0, 0], memorySize: 0x4_0000))
  request.deviceTreeSize = 0x4000
  if random.chance(percent: 40) {
    request.initrd = ImageFile(path: "initrd", verbatim: Array(repeating: 1, count: random.below(100_000)))
  }
  if random.chance(percent: 30) { request.firmware = .none }
  let boot: Result<BootPlan, ImageError>
  do throws(ImageError) { boot = .success(try BootPlanner.plan(request)) } catch { boot = .failure(error) }
  if ImageReport(image, boot: boot).lines.isEmpty { throw BrokenPromise(description: "an empty report") }
  _ = try? image.codeRanges(ramBase: 0x8000_0000)
  guard case .success(let plan) = boot else { return }
  for piece in plan.pieces where piece.range.upperBound > 0x8000_0000 + UInt64(machine.ram.size) {
    throw BrokenPromise(description: "\(piece.name) ends outside of RAM")
  }
  machine.start(plan, deviceTree: machine.deviceTree.document().flattened())
  _ = machine.run(instructions: 5000)
}

/// Any bytes as a flattened device tree: refused, or read to something that can be written and read again.
func fuzzDeviceTree(_ random: inout RandomSource) throws {
  var tree = DeviceNode()
  func fill(_ node: inout DeviceNode, depth: Int) {
    for index in 0..<random.below(4) { node.set("p\(index)", cells: (0..<random.below(5)).map { _ in random.word() }) }
    guard depth < 4 else { return }
    for index in 0..<random.below(4) {
      var child = DeviceNode("n\(index)@\(index)")
      fill(&child, depth: depth + 1)
      node.children.append(child)
    }
  }
  fill(&tree, depth: 0)
  var blob = DeviceTreeDocument(root: tree).flattened()
  random.damage(&blob, headers: 60)
  guard let document = try? DeviceTreeDocument(flattened: blob) else { return }
  guard (try? DeviceTreeDocument(flattened: document.flattened())) == document, !document.source.isEmpty else {
    throw BrokenPromise(description: "a device tree that was read does not survive being written")
  }
}
