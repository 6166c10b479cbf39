import Boards
import ConformanceKit
import Foundation
import HartEngine
import ISA
import Peripherals
import RegisterMaps
import SystemBus

private final class Silence: ConsoleSink {
  func write(_ byte: UInt8) {}
}

/// Everything that decides how a machine full of random instructions runs, so that it can be made twice.
private struct RandomMachine {
  private static let memorySize: UInt32 = 4 << 20
  private static let base = MemoryMap.ramBase
  private static let codeWords = 2048

  let configuration: MachineConfiguration
  /// What the memory holds, from its start on: code, then page tables and data.
  private let words: [UInt32]
  private let integers: [UInt32]
  private let floats: [UInt64]

  init(isa: ISAConfiguration, harts: Int, translates: Bool, _ random: inout RandomSource) {
    var configuration = MachineConfiguration()
    configuration.memorySize = Int(Self.memorySize)
    configuration.harts = harts
    configuration.isa = isa
    configuration.clock = .virtual(instructionsPerTick: UInt64(random.pick([1, 10, 1000])))
    self.configuration = configuration
    var code = Assembler(base: Self.base)
    Self.emitHandler(&code)
    for _ in 0..<random.below(10) { Self.emitSetting(translates: translates, &code, &random) }
    while code.here < Self.base + UInt32(Self.codeWords * 4) {
      if random.chance(percent: 3) { Self.emitSetting(translates: translates, &code, &random) }
      Self.emitInstruction(translates: translates, &code, &random)
    }
    let bytes = code.finish()
    var words = stride(from: 0, to: bytes.count - 3, by: 4).map { index in
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
    }
    while words.count < 16_384 { words.append(random.chance(percent: 50) ? Self.entry(&random) : random.word()) }
    self.words = words
    integers = (0..<32).map { _ in Self.address(&random) }
    floats = (0..<32).map { _ in random.double() }
  }

  func make() throws -> VirtMachine {
    let machine = try VirtMachine(configuration, console: Silence())
    for (index, word) in words.enumerated() {
      machine.ram.pointer.storeBytes(of: word.littleEndian, toByteOffset: index * 4, as: UInt32.self)
    }
    for hart in machine.harts {
      hart.pc = Self.base
      for index in 0..<32 {
        hart[x: index] = integers[index] &+ hart.id
        hart[f: index] = floats[index]
      }
    }
    return machine
  }

  /// A trap handler in front of everything else, and what installs it. It goes on in machine mode after the instruction
  /// that trapped, or at the place in the code with the same low bits.
  private static func emitHandler(_ code: inout Assembler) {
    let (start, handler) = (code.label(), code.label())
    code.jump(to: start)
    code.bind(handler)
    code.csr(.csrrw, rd: 31, ControlRegister.mscratch, 31)
    code.csr(.csrrw, rd: 30, ControlRegister.sscratch, 30)
    code.csr(.csrrs, rd: 31, ControlRegister.mepc, 0)
    code.emit(.addi, rd: 31, rs1: 31, 4)
    code.emit(.slli, rd: 31, rs1: 31, 19)
    code.emit(.srli, rd: 31, rs1: 31, 19)
    code.emit(.lui, rd: 30, Int32(bitPattern: base))
    code.emit(.or, rd: 31, rs1: 31, rs2: 30)
    code.csr(.csrrw, ControlRegister.mepc, 31)
    code.li(30, Status.mppMachine)
    code.csr(.csrrs, ControlRegister.mstatus, 30)
    code.csr(.csrrw, rd: 30, ControlRegister.sscratch, 30)
    code.csr(.csrrw, rd: 31, ControlRegister.mscratch, 31)
    code.emit(.mret)
    code.bind(start)
    code.address(rd: 5, of: handler)
    code.csr(.csrrw, ControlRegister.mtvec, 5)
    code.li(5, Status.fsDirty)
    code.csr(.csrrw, ControlRegister.mstatus, 5)
  }

  /// Machine and supervisor registers that exist and do something.
  private static let registers = CSR.named.map(\.rawValue).filter { number in
    (0x001...0x003).contains(number) || (0x100...0x180).contains(number) || (0x300...0x320).contains(number)
      || (0x340...0x344).contains(number) || (0x3A0...0x3A3).contains(number) || (0x3B0...0x3BF).contains(number)
  }

  /// With these a program soon traps for ever; they are rare.
  private static func stopsPrograms(_ register: UInt16) -> Bool {
    [ControlRegister.mtvec, ControlRegister.medeleg, ControlRegister.mideleg].contains(register)
      || (0x3A0...0x3A3).contains(register)
  }

  /// A CSR with a random value.
  private static func emitSetting(translates: Bool, _ code: inout Assembler, _ random: inout RandomSource) {
    let register = random.pick(registers)
    if !translates && register == ControlRegister.satp { return }
    if stopsPrograms(register) && random.chance(percent: 98) { return }
    code.li(5, register == ControlRegister.satp ? 1 << 31 | (base >> 12 &+ UInt32(random.below(16))) : address(&random))
    code.csr(random.pick([Opcode.csrrw, .csrrs, .csrrc]), rd: 6, register, 5)
  }

  private static func emitInstruction(translates: Bool, _ code: inout Assembler, _ random: inout RandomSource) {
    switch random.below(20) {
    case 0...2: code.half(UInt16(truncatingIfNeeded: random.bits()))
    case 3: code.word(random.bits())
    case 4: code.li(UInt8(random.below(32)), address(&random))
    default:
      // Half of them are tame, or a trap would come every few instructions.
      let opcode = random.pick(random.next() & 1 == 0 ? Opcode.allCases : tame)
      guard let encoding = opcode.encoding, opcode != .wfi || random.chance(percent: 5) else { return }
      let bits = encoding.match | random.bits() & ~encoding.mask
      let touchesTranslation = bits & 0x7F == 0x73 && bits >> 20 == UInt32(ControlRegister.satp)
      if translates || !touchesTranslation { code.word(bits) }
    }
  }

  private static let tame = [Group.i, .m, .zba, .zbb, .zbs].flatMap(\.opcodes).filter { opcode in
    [.register, .immediate, .shift, .unary, .upper, .branch].contains(opcode.encoding?.format)
  }

  /// Mostly somewhere in memory or in a device.
  private static func address(_ random: inout RandomSource) -> UInt32 {
    switch random.below(8) {
    case 0...4: base &+ UInt32(random.below(Int(memorySize)))
    case 5:
      random.pick([
        MemoryMap.clint.base, MemoryMap.clint.base + 0x4000, MemoryMap.clint.base + 0xBFF8, MemoryMap.plic.base,
        MemoryMap.plic.base + 0x20_0000, MemoryMap.uart.base, MemoryMap.rtc.base, MemoryMap.testDevice.base,
        MemoryMap.virtio.base, MemoryMap.bootROM.base,
      ]) &+ UInt32(random.below(64))
    default: random.word()
    }
  }

  /// Something like a page-table entry, of a page in memory.
  private static func entry(_ random: inout RandomSource) -> UInt32 {
    (base >> 12 &+ UInt32(random.below(Int(memorySize >> 12)))) << 10 | random.bits() & 0x3FF | 1
  }
}

/// Random instructions in random states of the machine. They may do anything but end this process or keep the machine
/// from coming back; and at full speed the machine must end in the same state as one instruction at a time.
func fuzzInstructions(_ random: inout RandomSource) throws {
  let everything = Extension.allCases
  let isa = ISAConfiguration(
    random.chance(percent: 70) ? everything : everything.filter { _ in random.next() & 1 == 0 })
  let comparesSpeeds = random.chance(percent: 40)
  let harts = comparesSpeeds || random.chance(percent: 70) ? 1 : 2 + random.below(2)
  let plan = RandomMachine(isa: isa, harts: harts, translates: !comparesSpeeds, &random)
  let limit = UInt64(random.pick([500, 5000, 20_000]))
  let machine = try plan.make()
  _ = machine.run(instructions: limit)
  guard comparesSpeeds else { return }
  let slow = try plan.make()
  slow.onCommit = { _ in }
  _ = slow.run(instructions: limit)
  try compare(machine, slow)
}

private func compare(_ a: VirtMachine, _ b: VirtMachine) throws {
  let (first, second) = (a.harts[0], b.harts[0])
  func promise(_ isKept: Bool, _ what: String) throws {
    if !isKept { throw BrokenPromise(description: "\(what) depends on the speed") }
  }
  try promise(a.end == b.end, "the machine's end, \(String(describing: a.end)) and \(String(describing: b.end)),")
  for index in 0..<32 {
    try promise(first[x: index] == second[x: index], "x\(index)")
    try promise(first[f: index] == second[f: index], "f\(index)")
  }
  try promise(first.retired == second.retired, "the number of instructions, \(first.retired) and \(second.retired),")
  try promise(first.pc == second.pc, "pc")
  for register in CSR.named where first.value(of: register) != second.value(of: register) {
    try promise(false, "\(register)")
  }
  try promise(memcmp(a.ram.pointer, b.ram.pointer, a.ram.size) == 0, "memory")
}

/// Random accesses to everything on the bus, with time passing and input arriving in between.
func fuzzDevices(_ random: inout RandomSource) throws {
  var configuration = MachineConfiguration()
  configuration.memorySize = 1 << 20
  configuration.harts = 1 + random.below(4)
  configuration.clock = .virtual(instructionsPerTick: 1)
  let machine = try VirtMachine(configuration, console: Silence())
  // A loop that wakes up for whatever the devices ask for.
  for (index, word) in [0x3045_D073, 0x1050_0073, 0xFF9F_F06F as UInt32].enumerated() {
    machine.ram.pointer.storeBytes(of: word.littleEndian, toByteOffset: index * 4, as: UInt32.self)
  }
  for hart in machine.harts { hart.pc = MemoryMap.ramBase }
  let registers: [UInt32] = [0, 0x1000, 0x2000, 0x2080, 0x4000, 0xBFF8, 0x20_0000, 0x20_1000]
  for _ in 0..<400 {
    switch random.below(20) {
    case 0: _ = machine.run(instructions: UInt64(random.below(500)))
    case 1: _ = machine.uart.receive((0..<random.below(20)).map { UInt8($0) })
    case 2 where random.chance(percent: 5): machine.reset()
    default:
      let device = random.pick(machine.bus.devices).device
      let width = random.pick(AccessWidth.allCases)
      let inside = registers.filter { $0 + 64 <= device.windowSize }
      let place = inside.isEmpty || random.chance(percent: 10) ? random.bits() % device.windowSize : random.pick(inside)
      let offset = min(place &+ UInt32(random.below(64)), device.windowSize - width.bytes)
      if random.next() & 1 == 0 {
        _ = try? device.read(at: offset, width: width)
      } else {
        try? device.write(random.word(), at: offset, width: width)
      }
    }
  }
}
