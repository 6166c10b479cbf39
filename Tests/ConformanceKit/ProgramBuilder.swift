import ISA

/// Numbers of the CSRs that generated programs use by name.
public enum ControlRegister {
  public static let fflags: UInt16 = 0x001, frm: UInt16 = 0x002, fcsr: UInt16 = 0x003
  public static let sstatus: UInt16 = 0x100, sie: UInt16 = 0x104, stvec: UInt16 = 0x105,
    scounteren: UInt16 = 0x106
  public static let senvcfg: UInt16 = 0x10A, sscratch: UInt16 = 0x140, sepc: UInt16 = 0x141,
    scause: UInt16 = 0x142
  public static let stval: UInt16 = 0x143, sip: UInt16 = 0x144, satp: UInt16 = 0x180
  public static let stimecmp: UInt16 = 0x14D, stimecmph: UInt16 = 0x15D
  public static let mstatus: UInt16 = 0x300, medeleg: UInt16 = 0x302, mideleg: UInt16 = 0x303,
    mie: UInt16 = 0x304
  public static let mtvec: UInt16 = 0x305, mcounteren: UInt16 = 0x306, menvcfg: UInt16 = 0x30A,
    menvcfgh: UInt16 = 0x31A
  public static let mcountinhibit: UInt16 = 0x320, mscratch: UInt16 = 0x340, mepc: UInt16 = 0x341,
    mcause: UInt16 = 0x342
  public static let mtval: UInt16 = 0x343, mip: UInt16 = 0x344
  public static let pmpcfg0: UInt16 = 0x3A0, pmpaddr0: UInt16 = 0x3B0
  public static let mcycle: UInt16 = 0xB00, minstret: UInt16 = 0xB02
}

/// Bits of `mstatus` by name.
public enum Status {
  public static let sie: UInt32 = 1 << 1, mie: UInt32 = 1 << 3, spie: UInt32 = 1 << 5,
    mpie: UInt32 = 1 << 7
  public static let spp: UInt32 = 1 << 8, mprv: UInt32 = 1 << 17, sum: UInt32 = 1 << 18,
    mxr: UInt32 = 1 << 19
  public static let tvm: UInt32 = 1 << 20, tw: UInt32 = 1 << 21, tsr: UInt32 = 1 << 22
  public static let fsDirty: UInt32 = 3 << 13, fsInitial: UInt32 = 1 << 13,
    mppMachine: UInt32 = 3 << 11
  public static func mpp(_ mode: PrivilegeMode) -> UInt32 { mode.rawValue << 11 }
}

public enum PrivilegeMode: UInt32, CaseIterable, Sendable {
  case user = 0
  case supervisor = 1
  case machine = 3
}

/// Puts a program together: start-up code, trap handlers, and the body that a group's generator writes.
///
/// Conventions of every program: x2 and x8 point into the data area and nothing random writes them; x3 is the link
/// register of jumps that may fault (the handler then continues at x3); the handlers change no register.
public struct ProgramBuilder {
  public var code = Assembler(base: Layout.code)
  public var random: RandomSource
  private var segments: [Program.Segment] = []
  private var causePC: UInt32 = 0
  private var passStart: Assembler.Label?

  static let pointer: UInt8 = 2
  static let compressedPointer: UInt8 = 8
  static let link: UInt8 = 3
  /// Registers that random instructions may write.
  static let free: [UInt8] = [1] + Array(4...7) + Array(9...31)

  public init(random: RandomSource) { self.random = random }

  public mutating func addSegment(at address: UInt32, _ bytes: [UInt8]) {
    segments.append(Program.Segment(address: address, bytes: bytes))
  }

  public mutating func addSegment(at address: UInt32, words: [UInt32]) {
    addSegment(
      at: address,
      words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } })
  }

  /// Start-up code and handlers; the body follows.
  public mutating func begin(passes: UInt32) {
    let start = code.label()
    code.jump(to: start)
    let handlers = emitHandlers()
    code.bind(start)
    code.address(rd: 5, of: handlers.machine)
    code.emit(.addi, rd: 5, rs1: 5, 1)
    code.csr(.csrrw, ControlRegister.mtvec, 5)
    code.address(rd: 5, of: handlers.supervisor)
    code.emit(.addi, rd: 5, rs1: 5, 1)
    code.csr(.csrrw, ControlRegister.stvec, 5)
    set(ControlRegister.mscratch, Layout.machineSave)
    set(ControlRegister.sscratch, Layout.supervisorSave)
    // No timer interrupt until mtime reaches the end of time.
    code.li(6, 0x0200_4000)
    code.emit(.addi, rd: 5, -1)
    code.emit(.sw, rs1: 6, rs2: 5, 4)
    code.emit(.sw, rs1: 6, rs2: 5, 0)
    // Spike starts with an open PMP entry, and with hardware updates of A and D off.
    set(ControlRegister.pmpaddr0 + 15, 0xFFFF_FFFF)
    set(ControlRegister.pmpcfg0 + 3, 0x1F00_0000)
    let cleared = [
      ControlRegister.pmpcfg0, ControlRegister.pmpaddr0, ControlRegister.menvcfg, ControlRegister.menvcfgh,
      ControlRegister.senvcfg, ControlRegister.stimecmp, ControlRegister.stimecmph, ControlRegister.mie,
      ControlRegister.medeleg, ControlRegister.mideleg, ControlRegister.satp,
    ]
    for number in cleared { code.csr(.csrrw, number, 0) }
    set(ControlRegister.mstatus, Status.fsDirty)
    code.csr(.csrrw, ControlRegister.fcsr, 0)
    code.csr(.csrrw, ControlRegister.mcycle, 0)
    code.csr(.csrrw, ControlRegister.minstret, 0)
    loadRegisters()
    code.li(31, Layout.passCounter)
    code.li(30, passes)
    code.emit(.sw, rs1: 31, rs2: 30, 0)
    let label = code.label()
    code.bind(label)
    passStart = label
    setPointers()
  }

  /// Repeats the body for the passes that remain, then ends the program: through `tohost` on Spike, through the test
  /// device on a `virt` board.
  public mutating func end() -> Program {
    if let passStart {
      code.li(31, Layout.passCounter)
      code.emit(.lw, rd: 30, rs1: 31, 0)
      code.emit(.addi, rd: 30, rs1: 30, -1)
      code.emit(.sw, rs1: 31, rs2: 30, 0)
      let done = code.label()
      code.branch(.beq, 30, 0, to: done)
      code.jump(to: passStart)
      code.bind(done)
    }
    code.li(6, Layout.toHost)
    code.li(5, 1)
    let endPC = code.here
    code.emit(.sw, rs1: 6, rs2: 5, 0)
    code.li(6, 0x0010_0000)
    code.li(5, 0x5555)
    code.emit(.sw, rs1: 6, rs2: 5, 0)
    let forever = code.label()
    code.bind(forever)
    code.jump(to: forever)
    var all = [Program.Segment(address: Layout.code, bytes: code.finish())] + segments
    all.append(
      Program.Segment(address: Layout.machineSave, bytes: Array(repeating: 0, count: 0x100)))
    all.append(Program.Segment(address: Layout.toHost, bytes: Array(repeating: 0, count: 16)))
    return Program(entry: Layout.code, segments: all, endPC: endPC, causePC: causePC)
  }

  // MARK: Pieces of code

  /// Writes a CSR through x5.
  public mutating func set(_ number: UInt16, _ value: UInt32) {
    code.li(5, value)
    code.csr(.csrrw, number, 5)
  }

  /// Points x2 and x8 at fresh places in the data area, far enough from its ends for any 12-bit offset.
  public mutating func setPointers() {
    for register in [Self.pointer, Self.compressedPointer] {
      code.li(register, Layout.data + 2048 + UInt32(random.below((Layout.dataSize - 4096) / 8)) * 8)
    }
  }

  /// Gives every free register and every floating-point register a value from the data area.
  mutating func loadRegisters() {
    code.li(Self.pointer, Layout.data + 2048)
    for register in UInt8(0)..<32 {
      code.emit(.fld, rd: register, rs1: Self.pointer, Int32(register) * 8)
    }
    for register in Self.free {
      code.emit(.lw, rd: register, rs1: Self.pointer, -Int32(register) * 4)
    }
  }

  /// Leaves S or U mode for M mode at the next instruction; in M mode it does nothing. Twice, because the first one may
  /// be delegated, and then only reaches S mode.
  public mutating func enterMachineMode() {
    code.emit(.ecall)
    code.emit(.ecall)
  }

  /// Goes from M mode to `mode` at the next instruction, whose address in that mode is moved by `offset`. Uses x5.
  public mutating func enter(
    _ mode: PrivilegeMode, status: UInt32 = Status.fsDirty, offset: UInt32 = 0
  ) {
    let next = code.label()
    set(ControlRegister.mstatus, status | Status.mpp(mode))
    code.address(rd: 5, of: next)
    if offset != 0 {
      code.emit(.lui, rd: 6, Int32(bitPattern: offset))
      code.emit(.add, rd: 5, rs1: 5, rs2: 6)
    }
    code.csr(.csrrw, ControlRegister.mepc, 5)
    code.emit(.mret)
    code.bind(next)
  }

  // MARK: Trap handlers

  private mutating func emitHandlers() -> (machine: Assembler.Label, supervisor: Assembler.Label) {
    (emitVectors(.machine), emitVectors(.supervisor))
  }

  /// A vectored handler: exceptions arrive at the first entry, interrupt n at entry n; all do the same.
  private mutating func emitVectors(_ mode: PrivilegeMode) -> Assembler.Label {
    let common = code.label()
    let table = code.label()
    code.align(256)
    code.bind(table)
    for _ in 0..<16 { code.jump(to: common) }
    code.bind(common)
    emitHandler(mode)
    return table
  }

  /// Reads every trap register into a register, so that a trace shows them, and goes on behind the instruction.
  private mutating func emitHandler(_ mode: PrivilegeMode) {
    // The machine's trap CSRs stand 0x200 above the supervisor's.
    let bank: UInt16 = mode == .machine ? 0x200 : 0
    let scratch = ControlRegister.sscratch + bank
    code.csr(.csrrw, rd: 31, scratch, 31)
    for (offset, register) in [UInt8](28...30).enumerated() {
      code.emit(.sw, rs1: 31, rs2: register, Int32(offset * 4))
    }
    code.csr(.csrrs, rd: 30, ControlRegister.stval + bank, 0)
    code.csr(.csrrs, rd: 30, ControlRegister.sstatus + bank, 0)
    if mode == .machine { causePC = code.here }
    code.csr(.csrrs, rd: 28, ControlRegister.scause + bank, 0)
    code.csr(.csrrs, rd: 30, ControlRegister.sepc + bank, 0)

    let exception = code.label()
    let out = code.label()
    let resume = code.label()
    code.branch(.bge, 28, 0, to: exception)
    // An interrupt: stop listening to it.
    code.emit(.addi, rd: 29, 1)
    code.emit(.sll, rd: 29, rs1: 29, rs2: 28)
    code.csr(.csrrc, ControlRegister.sie + bank, 29)
    code.jump(to: out)

    // The instruction could not be fetched: causes 0, 1, 12. Go back where the jump came from.
    code.bind(exception)
    let fetched = code.label()
    code.emit(.addi, rd: 29, rs1: Self.link)
    code.branch(.beq, 28, 0, to: resume)
    code.emit(.addi, rd: 30, 1)
    code.branch(.beq, 28, 30, to: resume)
    code.emit(.addi, rd: 30, 12)
    code.branch(.bne, 28, 30, to: fetched)
    code.bind(resume)
    code.emit(.addi, rd: 30, rs1: 29)
    code.jump(to: out)

    // Find the code behind the alias, and step over the instruction by its length.
    code.bind(fetched)
    code.csr(.csrrs, rd: 30, ControlRegister.sepc + bank, 0)
    code.emit(.slli, rd: 29, rs1: 30, 10)
    code.emit(.srli, rd: 29, rs1: 29, 10)
    code.emit(.lui, rd: 30, Int32(bitPattern: Layout.code))
    code.emit(.or, rd: 29, rs1: 29, rs2: 30)
    skipInstruction(bank: bank)
    leaveOnCall(mode)
    code.bind(out)
    code.csr(.csrrw, ControlRegister.sepc + bank, 30)
    for (offset, register) in [UInt8](28...30).enumerated() {
      code.emit(.lw, rd: register, rs1: 31, Int32(offset * 4))
    }
    code.csr(.csrrw, rd: 31, scratch, 31)
    code.emit(mode == .machine ? .mret : .sret)
  }

  /// x30 := address after the instruction at `epc`, whose physical address is in x29; x29 := that address there.
  private mutating func skipInstruction(bank: UInt16) {
    let short = code.label()
    code.emit(.sw, rs1: 31, rs2: 29, 12)
    code.emit(.lhu, rd: 29, rs1: 29, 0)
    code.csr(.csrrs, rd: 30, ControlRegister.sepc + bank, 0)
    code.emit(.andi, rd: 29, rs1: 29, 3)
    code.emit(.addi, rd: 30, rs1: 30, 2)
    code.emit(.xori, rd: 29, rs1: 29, 3)
    code.branch(.bne, 29, 0, to: short)
    code.emit(.addi, rd: 30, rs1: 30, 2)
    code.bind(short)
  }

  /// For `ecall` from below: continue in the handler's own mode, at the code's own address.
  private mutating func leaveOnCall(_ mode: PrivilegeMode) {
    let other = code.label()
    let call = code.label()
    code.emit(.addi, rd: 29, 8)
    code.branch(.beq, 28, 29, to: call)
    code.emit(.addi, rd: 29, 9)
    code.branch(.bne, 28, 29, to: other)
    code.bind(call)
    code.emit(.lw, rd: 30, rs1: 31, 12)
    code.emit(.addi, rd: 30, rs1: 30, 4)
    let stay = mode == .machine ? Status.mppMachine : Status.spp
    code.li(29, stay)
    code.csr(.csrrs, mode == .machine ? ControlRegister.mstatus : ControlRegister.sstatus, 29)
    code.bind(other)
  }
}
