import Boards
import ConformanceKit
import GuestImage
import ISA
import RegisterMaps
import SystemBus
import Testing

/// Resets of machines whose images take long to load.
@Suite struct ResetTests {
  private static let size = 24 << 20

  /// A machine that resets itself at once, with 16 MiB of image behind its first instructions and 5 MiB of zeros.
  private func resettingMachine(clock: MachineConfiguration.ClockKind) throws -> VirtMachine {
    var configuration = MachineConfiguration()
    configuration.memorySize = Self.size
    configuration.clock = clock
    let machine = try VirtMachine(configuration, console: Recorder())
    var assembler = Assembler(base: MemoryMap.ramBase)
    // What the guest spoils must be as before after each reset.
    for offset in [0x10_0002, 0xFF_FFFC, 0x110_0000, 0x14F_FFFC] as [UInt32] {
      assembler.store(0xDEAD_BEEF, to: MemoryMap.ramBase + offset)
    }
    assembler.store(TestDeviceRegisters.reset, to: MemoryMap.testDevice.base)
    assembler.spin()
    let program = assembler.finish()
    let image = program + [UInt8](repeating: 0x5A, count: 16 << 20 - program.count)
    let file = try ImageFile(path: "big", bytes: Self.elf(image, zeros: 5 << 20))
    var request = BootRequest(
      ram: GuestRAM(base: MemoryMap.ramBase, size: UInt64(Self.size)),
      kernel: ImageAtAddress(file, address: nil),
      builtinFirmware: BuiltinFirmware(bytes: [], memorySize: 0))
    request.firmware = .none
    machine.start(try BootPlanner.plan(request), deviceTree: [])
    return machine
  }

  /// An executable of one segment at the start of RAM (System V ABI, ELF header and program header of 32-bit objects).
  private static func elf(_ bytes: [UInt8], zeros: Int) -> [UInt8] {
    let length = UInt32(bytes.count)
    let header: [UInt32] = [
      0x464C_457F, 0x0001_0101, 0, 0, 0x00F3_0002, 1, MemoryMap.ramBase, 52, 0, 0, 0x0020_0034, 1, 0,
      1, 84, MemoryMap.ramBase, MemoryMap.ramBase, length, length + UInt32(zeros), 7, 4,
    ]
    return header.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } } + bytes
  }

  private func spoiltBytes(_ machine: VirtMachine) -> [[UInt8]?] {
    [0x10_0002, 0xFF_FFFC, 0x110_0000, 0x14F_FFFC].map { machine.ram.read(at: MemoryMap.ramBase + $0, count: 4) }
  }

  /// Loading goes on for many slices, and the guest begins only when all of it is there.
  @Test func loadingIsDoneInShortSteps() throws {
    let machine = try resettingMachine(clock: .host)
    let fresh = spoiltBytes(machine)
    var slices = 0
    while machine.resets == 0 { _ = machine.run(instructions: 1) }
    #expect(spoiltBytes(machine) != fresh)
    while machine.harts[0].retired == 0 {
      #expect(machine.run(for: 20_000) == .ran)
      slices += 1
    }
    #expect(slices > 10)
    #expect(machine.ram.read(at: MemoryMap.ramBase + 0x8_0000, count: 4) == [0x5A, 0x5A, 0x5A, 0x5A])
  }

  @Test func everyByteIsLoadedAgain() throws {
    let machine = try resettingMachine(clock: .virtual(instructionsPerTick: 10))
    let before = try #require(machine.ram.read(at: MemoryMap.ramBase, count: Self.size))
    while machine.resets < 2 { #expect(machine.run(instructions: 1) == .ran) }
    // Saving waits for the images.
    _ = machine.saveState()
    #expect(machine.harts[0].retired == 0)
    #expect(machine.ram.read(at: MemoryMap.ramBase, count: Self.size) == before)
  }
}
