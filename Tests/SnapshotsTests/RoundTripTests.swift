import Boards
import ConformanceKit
import ISA
import Peripherals
import RegisterMaps
import Snapshots
import SystemBus
import Testing

@Suite struct RoundTripTests {
  private let folder: TestFolder
  private var path: String { folder.file("guest.snapshot") }

  init() throws { folder = try TestFolder() }

  /// A program with a claim in flight, a reservation, bytes that wait in the UART and a timer that is to come, all at
  /// once for 200,000 instructions. What it prints tells whether any of them was lost.
  private func program(_ assembler: inout Assembler) {
    let (claimed, wait, echo, done) = (assembler.label(), assembler.label(), assembler.label(), assembler.label())
    let claim = MemoryMap.plic.base + PLICRegisters.claim(context: 0)
    assembler.store(1, to: MemoryMap.uart.base + UARTRegisters.fifoControl, .sb)
    assembler.store(1, to: MemoryMap.uart.base + UARTRegisters.interruptEnable, .sb)
    assembler.store(1, to: MemoryMap.plic.base + PLICRegisters.priority(source: MemoryMap.uartInterrupt))
    assembler.store(
      1 << MemoryMap.uartInterrupt, to: MemoryMap.plic.base + PLICRegisters.enable(context: 0, source: 0))
    assembler.store(60_000, to: MemoryMap.clint.base + CLINTRegisters.timeCompare(hart: 0))
    assembler.store(0, to: MemoryMap.clint.base + CLINTRegisters.timeCompare(hart: 0) + 4)
    assembler.bind(claimed)
    assembler.load(5, from: claim)
    assembler.branch(.beq, 5, 0, to: claimed)
    assembler.li(10, MemoryMap.ramBase + 0x8000)
    assembler.emit(.lrW, rd: 6, rs1: 10)
    assembler.li(9, 100_000)
    assembler.bind(wait)
    assembler.emit(.addi, rd: 9, rs1: 9, -1)
    assembler.branch(.bne, 9, 0, to: wait)
    assembler.emit(.scW, rd: 7, rs1: 10, rs2: 5)
    print(7, &assembler)
    // While a claim is in flight there is nothing else to claim.
    assembler.load(7, from: claim)
    print(7, &assembler)
    assembler.bind(echo)
    assembler.load(8, from: MemoryMap.uart.base + UARTRegisters.lineStatus, .lbu)
    assembler.emit(.andi, rd: 8, rs1: 8, 1)
    assembler.branch(.beq, 8, 0, to: done)
    assembler.load(8, from: MemoryMap.uart.base, .lbu)
    assembler.emit(.sb, rs1: 31, rs2: 8)
    assembler.jump(to: echo)
    assembler.bind(done)
    assembler.store(register: 5, to: claim)
    print(5, &assembler)
    assembler.write(.mie, 0x80)
    assembler.emit(.wfi)
    assembler.read(7, .mip)
    assembler.emit(.srli, rd: 7, rs1: 7, 7)
    print(7, &assembler)
    assembler.store(TestDeviceRegisters.pass, to: MemoryMap.testDevice.base)
    assembler.spin()
  }

  /// Prints a number from 0 to 15 as one character.
  private func print(_ register: UInt8, _ assembler: inout Assembler) {
    assembler.emit(.addi, rd: 29, rs1: register, 48)
    assembler.li(31, MemoryMap.uart.base)
    assembler.emit(.sb, rs1: 31, rs2: 29)
  }

  @Test func nothingThatIsUnderWayIsLost() throws {
    let console = Recorder()
    let original = try machine(console: console, program)
    #expect(original.run(instructions: 1_000) == .ran)
    #expect(original.uart.receive(Array("abc".utf8)[...]) == 3)
    #expect(original.run(instructions: 50_000) == .ran)
    #expect(console.bytes.isEmpty)
    try SnapshotFile.write(SavedGuest(try original.snapshot()), to: path)

    let other = Recorder()
    let restored = try VirtMachine(try SnapshotFile.read(path).machine, console: other)
    #expect(restored.saveState() == original.saveState())
    #expect(original.run(instructions: 1_000_000) == .ended(.passed))
    #expect(restored.run(instructions: 1_000_000) == .ended(.passed))
    // The store was done, nothing else to claim, the bytes, the claim of source 10, and a timer.
    #expect(console.text == "00abc:1")
    #expect(other.text == console.text)
    #expect(restored.saveState() == original.saveState())
  }

  @Test(arguments: [1, 2, 8], [0, 12_345, 333_333] as [UInt64])
  func aMachineGoesOnFromAFileExactly(harts: Int, instructions: UInt64) throws {
    let consoles = [Recorder(), Recorder()]
    let original = try machine(harts: harts, console: consoles[0]) { $0.mixture() }
    _ = original.run(instructions: instructions)
    var guest = SavedGuest(try original.snapshot())
    guest.typed = Array("typed".utf8)
    guest.origin = "a test"
    guest.notes = ["transcript": Array("said".utf8)]
    try SnapshotFile.write(guest, to: path)
    consoles[0].bytes = []

    let read = try SnapshotFile.read(path)
    #expect(read.typed == guest.typed && read.origin == guest.origin && read.notes == guest.notes)
    let restored = try VirtMachine(read.machine, console: consoles[1])
    #expect(restored.saveState() == original.saveState())
    for _ in 0..<3 {
      #expect(original.run(instructions: 77_777) == restored.run(instructions: 77_777))
      #expect(restored.saveState() == original.saveState())
    }
    #expect(consoles[0].bytes == consoles[1].bytes && !consoles[0].bytes.isEmpty)
  }

  @Test func whatItIsMadeOfCanBeReadWithoutItsMemory() throws {
    let original = try machine(harts: 3, memory: 2 << 20) { $0.spin() }
    try SnapshotFile.write(SavedGuest(try original.snapshot()), to: path)
    let configuration = try SnapshotFile.configuration(of: path)
    #expect(configuration.harts == 3 && configuration.memorySize == 2 << 20 && configuration.seed == 7)
    #expect(SnapshotFile.isSnapshot(path))
  }

  @Test func onlyPagesThatHoldSomethingTakeRoom() throws {
    let original = try machine(memory: 256 << 20) { $0.spin() }
    try SnapshotFile.write(SavedGuest(try original.snapshot()), to: path)
    #expect(try contents(of: path).count < 64 << 10)
    let restored = try VirtMachine(try SnapshotFile.read(path).machine, console: Recorder())
    #expect(restored.stateDigest == original.stateDigest)
  }

  @Test func aResetAfterwardsLoadsTheImagesAgain() throws {
    let console = Recorder()
    let original = try machine { assembler in
      assembler.store(UInt32(UInt8(ascii: "b")), to: MemoryMap.uart.base, .sb)
      assembler.spin()
    }
    _ = original.run(instructions: 1000)
    try SnapshotFile.write(SavedGuest(try original.snapshot()), to: path)
    let restored = try VirtMachine(try SnapshotFile.read(path).machine, console: console)
    restored.ram.clear()
    restored.reset()
    _ = restored.run(instructions: 1000)
    #expect(console.text == "b")
  }

  @Test func theSameGuestGivesTheSameFile() throws {
    let original = try machine { $0.mixture() }
    _ = original.run(instructions: 100_000)
    let paths = ["a", "b"].map(folder.file)
    for path in paths { try SnapshotFile.write(SavedGuest(try original.snapshot()), to: path) }
    #expect(try contents(of: paths[0]) == contents(of: paths[1]))
  }
}

extension Assembler {
  /// A program for any number of harts that never ends: numbers stirred in memory, characters printed, waits for timers.
  mutating func mixture() {
    let loop = label()
    // Floating point is on.
    write(.mstatus, 0x6000)
    read(18, .mhartid)
    emit(.slli, rd: 17, rs1: 18, 12)
    li(16, MemoryMap.ramBase + 0x1_0000)
    emit(.add, rd: 16, rs1: 16, rs2: 17)
    bind(loop)
    li(30, 1_664_525)
    emit(.addi, rd: 5, rs1: 5, 77)
    emit(.mul, rd: 5, rs1: 5, rs2: 30)
    emit(.srli, rd: 6, rs1: 5, 20)
    emit(.andi, rd: 6, rs1: 6, 0x7FC)
    emit(.add, rd: 6, rs1: 6, rs2: 16)
    emit(.sw, rs1: 6, rs2: 5)
    emit(.fcvtSW, rd: 1, rs1: 5)
    let quiet = label()
    emit(.andi, rd: 7, rs1: 5, 0x7F0)
    branch(.bne, 7, 0, to: quiet)
    emit(.andi, rd: 7, rs1: 6, 15)
    emit(.addi, rd: 7, rs1: 7, 97)
    li(31, MemoryMap.uart.base)
    emit(.sb, rs1: 31, rs2: 7)
    bind(quiet)
    jump(to: loop)
  }
}
