import ISA

/// Runs a hart one instruction at a time, and tells what each did in the form of Spike's commit log (docs/TRACE.md).
public struct CommitTracer {
  private var line = CommitLine()

  public init() {}

  /// Lets `hart` execute one instruction, after the interrupt that may be due.
  /// - Returns: why the hart came back, and the instruction's line, without a line feed, valid until the next call; nil
  ///   when no instruction retired because it trapped or the hart waits.
  public mutating func step(_ hart: Hart) -> (exit: HartExit, line: [UInt8]?) {
    hart.takeDueInterrupts()
    let mode = hart.mode
    let pc = hart.pc
    let bits = hart.instructionBits(at: pc)
    let instruction = hart.decoder.decode(bits)
    var before = Operands(instruction, hart)
    let retired = hart.retired
    let exit = hart.run(budget: 1)
    before.completeFlags(hart)
    guard hart.retired != retired else { return (exit, nil) }
    line.begin(hart: hart.id, mode: mode, pc: pc, bits: bits, length: instruction.length)
    addRegister(instruction, hart)
    addControlRegisters(instruction, before, hart)
    addAccess(instruction, before, hart)
    line.finish()
    return (exit, line.bytes)
  }

  /// What an instruction's effects are computed from, taken before it runs.
  private struct Operands {
    var address: UInt32
    var stored: UInt64
    var status: UInt32
    /// Whether a store-conditional will store.
    var holdsReservation: Bool
    /// The CSR that the instruction will write.
    var written: CSR?
    private var flags: UInt32
    private var wasDirty: Bool
    /// Arithmetic starts with cleared flags, so that those raised by this very instruction can be told.
    private var watchesFlags: Bool
    private var writesFloat: Bool
    private(set) var raised: UInt32 = 0

    init(_ i: Instruction, _ hart: Hart) {
      let base = hart[x: Int(i.rs1)]
      address =
        switch i.opcode.encoding?.format {
        case .load, .store, .floatLoad, .floatStore: base &+ UInt32(bitPattern: i.immediate)
        default: base
        }
      let isFloatStore = i.opcode == .fsw || i.opcode == .fsd
      stored = isFloatStore ? hart[f: Int(i.rs2)] : UInt64(hart[x: Int(i.rs2)])
      status = hart.statusValue
      holdsReservation = i.opcode == .scW && hart.atomicWord(at: address)?.key == hart.state.pointee.reservation
      written = i.writtenRegister.flatMap { hart.ignoresWrite(of: $0) ? nil : $0 }
      flags = hart.state.pointee.fflags
      wasDirty = hart.state.pointee.floatDirty
      watchesFlags = i.opcode.mayRaiseFlags
      writesFloat = i.opcode.writesFloat
      if watchesFlags { hart.state.pointee.fflags = 0 }
    }

    /// Puts back what was hidden from the instruction.
    mutating func completeFlags(_ hart: Hart) {
      guard watchesFlags else { return }
      raised = hart.state.pointee.fflags
      hart.state.pointee.fflags = raised | flags
      // Flags that were raised before do not make the state dirty again.
      if !writesFloat, raised & ~flags == 0 { hart.state.pointee.floatDirty = wasDirty }
    }
  }

  private mutating func addRegister(_ i: Instruction, _ hart: Hart) {
    if i.opcode.writesFloat {
      line.write(.float, Int(i.rd), hart[f: Int(i.rd)])
    } else if i.rd != 0, i.opcode.writesInteger {
      line.write(.integer, Int(i.rd), UInt64(hart[x: Int(i.rd)]))
    }
  }

  // MARK: CSRs

  private mutating func addControlRegisters(_ i: Instruction, _ before: Operands, _ hart: Hart) {
    if before.raised != 0 { add(.fflags, hart) }
    if let written = before.written { addWritten(written, hart) }
    switch i.opcode {
    case .mret:
      add(.mstatus, hart)
      add(.mstatush, hart)
    case .sret: add(.mstatus, hart)
    default: break
    }
    // Floating-point state became dirty.
    if hart.statusValue != before.status { add(.mstatus, hart) }
  }

  private mutating func add(_ number: CSR, _ hart: Hart) {
    if let value = hart.value(of: number) {
      line.write(.control, Int(number.rawValue), UInt64(value))
    }
  }

  /// A register that an instruction wrote, under the names by which Spike knows its parts.
  private mutating func addWritten(_ number: CSR, _ hart: Hart) {
    switch number {
    case .fcsr:
      add(.fflags, hart)
      add(.frm, hart)
    case .sstatus: add(.mstatus, hart)
    case .sie:
      add(.sie, hart)
      add(.mie, hart)
    case .sip: add(.mip, hart)
    case .stimecmph: add(.stimecmp, hart)
    default: add(number, hart)
    }
  }

  // MARK: Memory

  private mutating func addAccess(_ i: Instruction, _ before: Operands, _ hart: Hart) {
    let address = before.address
    switch i.opcode {
    case .lb, .lh, .lw, .lbu, .lhu, .flw, .fld, .lrW: line.load(at: address)
    case .sb: line.store(before.stored & 0xFF, at: address, count: 1)
    case .sh: line.store(before.stored & 0xFFFF, at: address, count: 2)
    case .sw, .fsw: line.store(before.stored & 0xFFFF_FFFF, at: address, count: 4)
    case .fsd: line.store(before.stored, at: address, count: 8)
    case .scW: if before.holdsReservation { line.store(before.stored, at: address, count: 4) }
    case .cboZero:
      let start = address & ~63
      for offset in UInt32(0)..<64 { line.store(0, at: start &+ offset, count: 1) }
    default:
      guard i.opcode.encoding?.format == .atomic, let word = hart.atomicWord(at: address) else { return }
      line.load(at: address)
      line.store(UInt64(word.value), at: address, count: 4)
    }
  }
}

extension Hart {
  /// Takes the interrupt that the next `run` would take first.
  fileprivate func takeDueInterrupts() {
    guard !isWaiting || hasWakeUp else { return }
    isWaiting = false
    if let number = interruptToTake() { takeInterrupt(number) }
  }

  /// The word on which an atomic instruction works or has worked, and the key of reservations of it.
  fileprivate func atomicWord(at address: UInt32) -> (value: UInt32, key: UInt64)? {
    guard address & 3 == 0, case .success(.memory(let codePage, let host)) = place(of: address, count: 4, .store) else {
      return nil
    }
    return (host.load(as: UInt32.self).littleEndian, UInt64(codePage) << 12 | UInt64(address & 0xFFF))
  }
}

extension Instruction {
  /// The CSR that a CSR instruction writes; nil for one that only reads.
  fileprivate var writtenRegister: CSR? {
    switch opcode {
    case .csrrw, .csrrwi: CSR(rawValue: UInt16(truncatingIfNeeded: immediate))
    case .csrrs, .csrrc, .csrrsi, .csrrci: rs1 == 0 ? nil : CSR(rawValue: UInt16(truncatingIfNeeded: immediate))
    default: nil
    }
  }
}

extension Opcode {
  fileprivate var writesInteger: Bool {
    switch encoding?.format {
    case nil, .none?, .branch, .store, .floatStore, .fence, .fenceInstructions, .virtualFence,
      .cacheBlock:
      false
    default: !writesFloat
    }
  }

  fileprivate var mayRaiseFlags: Bool {
    guard let encoding, encoding.requires == .f || encoding.requires == .d else { return false }
    return encoding.format != .floatLoad && encoding.format != .floatStore
  }
}
