import ConformanceKit
import DeviceTree
import HartEngine
import ISA
import SystemBus

/// The conformance kit has a mode of its own.
typealias Mode = HartEngine.PrivilegeMode

/// Time that stands still until a test moves it.
final class ManualClock: TimeSource {
  var now: Ticks = 0
  var wallClockNanoseconds: UInt64 { 0 }
}

/// Through which programs talk to the test.
final class Bell: Device {
  static let base: UInt32 = 0x1000_0000
  /// Ends the present run; the next one goes on behind the store.
  static let stop = base
  /// Sets the interrupt inputs of hart 0, by their bits in `mip`.
  static let pins = base + 4
  /// Appends to the log.
  static let log = base + 8
  /// Ends the program.
  static let end = base + 12

  let name = "bell"
  let windowSize: UInt32 = 0x1000
  var log: [UInt32] = []
  var hasEnded = false
  var hasStopped = false
  fileprivate var onStop: () -> Void = {}
  fileprivate var onPins: (UInt32) -> Void = { _ in }

  func read(at offset: UInt32, width: AccessWidth) throws(AccessFault) -> UInt32 {
    guard offset < 0x100 else { throw AccessFault() }
    return offset
  }

  func write(_ value: UInt32, at offset: UInt32, width: AccessWidth) throws(AccessFault) {
    switch Bell.base + offset {
    case Bell.pins: onPins(value)
    case Bell.log: log.append(value)
    case Bell.stop, Bell.end:
      hasStopped = true
      hasEnded = Bell.base + offset == Bell.end
      onStop()
    default: throw AccessFault()
    }
  }

  func reset() {}
  func describe(in node: inout DeviceNode) {}
  func save(to encoder: inout StateEncoder) {}
  func restore(from decoder: inout StateDecoder) throws(StateError) {}
}

/// Harts with RAM, a read-only memory and a bell, without a board.
///
/// A handler of M-mode traps stands ready: it logs cause, `mepc` and `mtval` of an exception and goes on behind the
/// instruction, or at x29 if that is not 0; an `ecall` it does not log but stops the run; of an interrupt it logs cause
/// and `mepc`, and then clears `mie`. It uses x26…x29.
final class Rig {
  static let base: UInt32 = 0x8000_0000
  static let rom: UInt32 = 0x2000_0000
  static let handler = base + 0xF_0000

  let clock = ManualClock()
  let deadlines = DeadlineQueue()
  let bell = Bell()
  let ram: GuestMemory
  let pins: [HartPins]
  let code: SharedCodeCache
  let harts: [Hart]
  var hart: Hart { harts[0] }

  init(
    harts count: Int = 1, isa: ISAConfiguration = .complete, arenaSize: Int = SharedCodeCache.defaultArenaSize
  ) throws {
    let bus = SystemBus()
    ram = try GuestMemory(base: Self.base, size: 16 << 20)
    bus.attach(ram)
    bus.attach(try GuestMemory(base: Self.rom, size: 4096, isWritable: false))
    bus.attach(bell, at: Bell.base)
    let pins = (0..<count).map { _ in HartPins() }
    let code = try SharedCodeCache(bus: bus, arenaSize: arenaSize)
    let (clock, deadlines) = (clock, deadlines)
    let harts = try pins.enumerated().map { id, pins in
      try Hart(
        id: UInt32(id), isa: isa, bus: bus, codeCache: code, pins: pins, time: clock, deadlines: deadlines)
    }
    (self.pins, self.code, self.harts) = (pins, code, harts)
    bell.onStop = { [unowned self] in self.harts.forEach { $0.requestExit() } }
    bell.onPins = { [unowned self] value in
      for input in HartInterrupt.allCases { self.pins[0].set(input, to: value & 1 << input.rawValue != 0) }
    }
    load(at: Self.handler) { $0.trapHandler() }
  }

  /// Assembles code at an address.
  func load(at address: UInt32, _ program: (inout Assembler) -> Void) {
    var assembler = Assembler(base: address)
    program(&assembler)
    write(assembler.finish(), at: address)
  }

  /// A rig with a program at the start of RAM that has the trap handler set, and with hart 0 in front of it.
  convenience init(
    harts: Int = 1, isa: ISAConfiguration = .complete, arenaSize: Int = SharedCodeCache.defaultArenaSize,
    program: (inout Assembler) -> Void
  ) throws {
    try self.init(harts: harts, isa: isa, arenaSize: arenaSize)
    load(at: Self.base) { assembler in
      assembler.write(.mtvec, Self.handler)
      program(&assembler)
    }
    hart.pc = Self.base
  }

  /// Runs to the next stop.
  /// - Parameter slice: the most instructions to ask the hart for at once.
  /// - Returns: false when the hart waits, or has executed `limit` instructions.
  @discardableResult
  func run(hart index: Int = 0, limit: UInt64 = 100_000, slice: UInt64 = 1 << 20) -> Bool {
    let hart = harts[index]
    bell.hasStopped = false
    let end = hart.executed + limit
    while hart.executed < end {
      deadlines.fire(now: clock.now)
      let exit = hart.run(budget: Int32(min(slice, end - hart.executed)))
      if bell.hasStopped { return true }
      if exit == .waiting { return false }
    }
    return false
  }

  // MARK: Memory

  /// Writes as a loader does.
  func write(_ bytes: [UInt8], at address: UInt32) {
    _ = ram.write(bytes, at: address)
    code.memoryChanged(at: address, count: bytes.count)
  }

  func setWord(_ value: UInt32, at address: UInt32) {
    write((0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }, at: address)
  }

  func word(at address: UInt32) -> UInt32 {
    (ram.read(at: address, count: 4) ?? []).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// All there is to compare between runs of one program that touches the first MiB only.
  var outcome: [[UInt8]] {
    var encoder = StateEncoder()
    for hart in harts { hart.save(to: &encoder) }
    encoder.encode(bell.log)
    return [encoder.bytes, ram.read(at: Self.base, count: 1 << 20) ?? []]
  }
}

extension Assembler {
  fileprivate mutating func trapHandler() {
    let (interrupt, fault, recover, done) = (label(), label(), label(), label())
    read(26, .mcause)
    branch(.blt, 26, 0, to: interrupt)
    li(27, 8)
    branch(.bltu, 26, 27, to: fault)
    li(27, 11)
    branch(.bltu, 27, 26, to: fault)
    read(27, .mepc)
    emit(.addi, rd: 27, rs1: 27, 4)
    csr(.csrrw, CSR.mepc.rawValue, 27)
    li(28, Bell.base)
    emit(.sw, rs1: 28, rs2: 0)
    emit(.mret)

    bind(fault)
    li(28, Bell.log)
    emit(.sw, rs1: 28, rs2: 26)
    read(27, .mtval)
    read(26, .mepc)
    emit(.sw, rs1: 28, rs2: 26)
    emit(.sw, rs1: 28, rs2: 27)
    branch(.bne, 29, 0, to: recover)
    emit(.addi, rd: 26, rs1: 26, 4)
    jump(to: done)
    bind(recover)
    emit(.addi, rd: 26, rs1: 29)
    emit(.addi, rd: 29)
    bind(done)
    csr(.csrrw, CSR.mepc.rawValue, 26)
    emit(.mret)

    bind(interrupt)
    li(28, Bell.log)
    emit(.sw, rs1: 28, rs2: 26)
    read(26, .mepc)
    emit(.sw, rs1: 28, rs2: 26)
    csr(.csrrw, CSR.mie.rawValue, 0)
    emit(.mret)
  }

  mutating func log(_ register: UInt8) { store(register: register, to: Bell.log) }

  /// Stops the run from any mode, and after it goes on in the same.
  mutating func stop() { emit(.ecall) }

  /// Ends the program; from modes that can reach the bell.
  mutating func end() {
    store(0, to: Bell.end)
    spin()
  }

  /// Goes on behind this in another mode, with floating point on and x30 lost.
  mutating func enter(_ mode: Mode) {
    let next = label()
    write(.mstatus, UInt32(mode.rawValue) << 11 | 0x2000)
    write(.mepc, addressOf: next)
    emit(.mret)
    bind(next)
  }

  /// Opens all memory to S- and U-mode through the last PMP entry.
  mutating func allowEverything() {
    write(.pmpaddr(15), .max)
    write(.pmpcfg(3), 0x1F00_0000)
  }

  /// Calls an absolute address, through x31, with the return address in x1.
  mutating func call(_ address: UInt32) {
    li(31, address)
    emit(.jalr, rd: 1, rs1: 31)
  }

  mutating func ret() { emit(.jalr, rs1: 1) }
}
