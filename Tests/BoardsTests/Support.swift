import Boards
import ConformanceKit
import GuestImage
import HartEngine
import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file of zeros that is gone when its descriptor is closed.
func temporaryFile(size: Int) throws -> Int32 {
  var path = Array("/tmp/roost-test-XXXXXX".utf8CString)
  let descriptor = mkstemp(&path)
  try #require(descriptor >= 0)
  unlink(path)
  try #require(ftruncate(descriptor, off_t(size)) == 0)
  return descriptor
}

/// Keeps what the guest sends.
class Recorder: ConsoleSink {
  var bytes: [UInt8] = []
  func write(_ byte: UInt8) { bytes.append(byte) }
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A small `virt` machine under virtual time that boots a program of the test's own at the start of RAM.
final class Board {
  let console: Recorder
  let machine: VirtMachine

  /// - Parameter program: writes the program; nil starts nothing.
  init(
    harts: Int = 1, clock: MachineConfiguration.ClockKind = .virtual(instructionsPerTick: 10),
    memorySize: Int = 1 << 20, console: Recorder = Recorder(), ram: RAMSource = .own, engine: EngineChoice = .usual,
    _ program: ((inout Assembler) -> Void)? = nil
  ) throws {
    self.console = console
    var configuration = MachineConfiguration()
    configuration.harts = harts
    configuration.memorySize = memorySize
    configuration.clock = clock
    configuration.engine = engine
    machine = try VirtMachine(configuration, console: console, ram: ram)
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

  /// Runs a program with each engine, which must come to the same end.
  /// - Returns: the one whose code was translated, where the host can do that.
  static func alike(limit: UInt64 = 1_000_000, _ program: @escaping (inout Assembler) -> Void) throws -> Board {
    let interpreted = try Board(engine: .interpreter, program)
    let translated = try Board(engine: .translator, program)
    for board in [interpreted, translated] { #expect(board.run(limit: limit) == .ended(.passed)) }
    #expect(translated.machine.saveState() == interpreted.machine.saveState())
    return translated
  }

  func word(_ address: UInt32) -> UInt32? {
    machine.ram.read(at: address, count: 4)?.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}

extension Assembler {
  /// Sends one character, with x30 and x31.
  mutating func print(_ character: Character) {
    store(UInt32(character.asciiValue ?? 63), to: MemoryMap.uart.base, .sb)
  }

  /// Goes on in S-mode, which may reach all of memory, with the page tables at `tables`.
  /// - Parameter end: where traps go, as of `endSupervisor`.
  mutating func enterSupervisor(tables: UInt32, endingAt end: Label) {
    write(.pmpaddr(15), .max)
    write(.pmpcfg(3), 0x1F00_0000)
    write(.satp, 1 << 31 | tables >> 12)
    write(.mstatus, 0x0800)
    write(.mtvec, addressOf: end)
    let supervisor = label()
    write(.mepc, addressOf: supervisor)
    emit(.mret)
    align(4)
    bind(supervisor)
  }

  /// Ends the machine from S-mode, and at any trap.
  mutating func endSupervisor(at end: Label) {
    emit(.ecall)
    align(4)
    bind(end)
    endMachine()
  }

  /// Ends the machine: success, or failure with a code.
  mutating func endMachine(code: UInt16 = 0) {
    let command = code == 0 ? TestDeviceRegisters.pass : TestDeviceRegisters.fail | UInt32(code) << 16
    store(command, to: MemoryMap.testDevice.base)
    spin()
  }
}
