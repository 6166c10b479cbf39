import Boards
import ConformanceKit
import GuestImage
import ISA
import Peripherals
import RegisterMaps
import SystemBus

/// Keeps what the guest sends.
final class Recorder: ConsoleSink {
  var bytes: [UInt8] = []
  func write(_ byte: UInt8) { bytes.append(byte) }
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A small `virt` machine under virtual time that boots a program of the test's own at the start of RAM.
final class Board {
  let console = Recorder()
  let machine: VirtMachine

  /// - Parameter program: writes the program; nil starts nothing.
  init(
    harts: Int = 1, clock: MachineConfiguration.ClockKind = .virtual(instructionsPerTick: 10),
    memorySize: Int = 1 << 20,
    _ program: ((inout Assembler) -> Void)? = nil
  ) throws {
    var configuration = MachineConfiguration()
    configuration.harts = harts
    configuration.memorySize = memorySize
    configuration.clock = clock
    machine = try VirtMachine(configuration, console: console)
    guard let program else { return }
    var assembler = Assembler(base: MemoryMap.ramBase)
    program(&assembler)
    let image = ImageFile(path: "test program", verbatim: assembler.finish())
    var request = BootRequest(
      ram: GuestRAM(base: MemoryMap.ramBase, size: UInt64(memorySize)),
      kernel: ImageAtAddress(image, address: MemoryMap.ramBase),
      builtinFirmware: BuiltinFirmware(bytes: [], memorySize: 0))
    request.firmware = .none
    machine.start(try BootPlanner.plan(request), deviceTree: [])
  }

  /// Runs until the machine ends or idles, or for at most `limit` instructions.
  @discardableResult
  func run(limit: UInt64 = 1_000_000) -> SliceOutcome { machine.run(instructions: limit) }

  func word(_ address: UInt32) -> UInt32? {
    machine.ram.read(at: address, count: 4)?.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}

extension Assembler {
  /// Stores a constant, with x30 and x31.
  mutating func store(_ value: UInt32, to address: UInt32, _ opcode: Opcode = .sw) {
    li(30, value)
    li(31, address)
    emit(opcode, rs1: 31, rs2: 30)
  }

  /// Loads a word, with x31.
  mutating func load(_ register: UInt8, from address: UInt32) {
    li(31, address)
    emit(.lw, rd: register, rs1: 31)
  }

  mutating func write(_ number: CSR, _ value: UInt32) {
    li(30, value)
    csr(.csrrw, number.rawValue, 30)
  }

  mutating func read(_ register: UInt8, _ number: CSR) { csr(.csrrs, rd: register, number.rawValue, 0) }

  /// Sends one character, with x30 and x31.
  mutating func print(_ character: Character) {
    store(UInt32(character.asciiValue ?? 63), to: MemoryMap.uart.base, .sb)
  }

  /// Ends the machine: success, or failure with a code.
  mutating func finish(code: UInt16 = 0) {
    let command = code == 0 ? TestDeviceRegisters.pass : TestDeviceRegisters.fail | UInt32(code) << 16
    store(command, to: MemoryMap.testDevice.base)
    spin()
  }

  mutating func spin() { emit(.jal) }

  mutating func setTrapVector(_ label: Label) {
    address(rd: 30, of: label)
    csr(.csrrw, CSR.mtvec.rawValue, 30)
  }
}
