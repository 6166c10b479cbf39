/// A trap or interrupt that a hart took, or several in a row that were alike.
public struct TrapRecord: Equatable, Sendable, BitwiseCopyable {
  /// What the hart did just before the instruction that trapped.
  public enum Lead: UInt8, Sendable, BitwiseCopyable {
    /// It executed instructions.
    case instructions
    /// It took a trap: this is the first instruction of a handler.
    case trap
    /// It executed `mret` or `sret`: this is where that led to.
    case trapReturn
  }

  /// As in `mcause`: bit 31 tells interrupts from exceptions.
  public internal(set) var cause: UInt32 = 0
  /// Address of the instruction that trapped, or before which the interrupt was taken.
  public internal(set) var pc: UInt32 = 0
  /// What went into `mtval` or `stval`.
  public internal(set) var value: UInt32 = 0
  /// `sp` and `ra` at that time.
  public internal(set) var stackPointer: UInt32 = 0
  public internal(set) var returnAddress: UInt32 = 0
  /// Address of the `mret` or `sret`, where one led to `pc`; else 0.
  public internal(set) var origin: UInt32 = 0
  /// How many traps mode `to` had taken since the last return from one, the first of these included.
  public internal(set) var nesting: UInt32 = 0
  /// How many there were with the same cause, address, value (unless nested), modes and lead, with at most two different
  /// ones in between.
  public internal(set) var times: UInt32 = 1
  /// `Hart.executed` at the first of them, whose `sp`, `ra` and `nesting` are kept, and at the last.
  public internal(set) var first: UInt64 = 0
  public internal(set) var last: UInt64 = 0
  public internal(set) var from: PrivilegeMode = .machine
  public internal(set) var to: PrivilegeMode = .machine
  public internal(set) var lead: Lead = .instructions

  public var isInterrupt: Bool { cause >> 31 != 0 }
  /// Nil for interrupts, and for codes that no instruction raises.
  public var exception: TrapCause? { TrapCause(rawValue: cause) }

  /// Whether both are the same trap again. A handler that faults time and again may do so at another address each time.
  fileprivate func isLike(_ other: TrapRecord) -> Bool {
    cause == other.cause && pc == other.pc && (value == other.value || nesting > 1) && from == other.from
      && to == other.to && lead == other.lead
  }
}

/// The last traps and interrupts of a hart, for people who ask why it hangs. No guest sees it, and it is not part of a
/// hart's state: a reset or restored hart begins with an empty one.
public struct TrapHistory: Sendable {
  /// How many different ones are kept.
  public static let capacity = 32

  private var slots = InlineArray<32, TrapRecord>(repeating: TrapRecord())
  private var count = 0
  /// The slot that was changed last.
  private var latest = 0
  /// When the last `mret` or `sret` was executed, where it is, and where it led.
  private var returned: (executed: UInt64, origin: UInt32, target: UInt32) = (.max, 0, 0)
  /// Whether that return was into a trap handler, by a firmware that handed a trap on.
  private var isPassedOn = false
  private var supervisorNesting: UInt32 = 0
  private var machineNesting: UInt32 = 0
  /// How many of the newest slots a trap is compared with: handlers that trap often take turns with one another.
  private static let lookBack = 3

  /// In the order in which the first of each came.
  public var records: [TrapRecord] { (max(count - Self.capacity, 0)..<count).map { slots[$0 % Self.capacity] } }

  /// The trap that was taken last.
  public var newest: TrapRecord? { count == 0 ? nil : slots[latest] }

  /// How many traps a mode has taken since the last return from one; 0 where none is being handled.
  public func nesting(in mode: PrivilegeMode) -> UInt32 {
    switch mode {
    case .machine: machineNesting
    case .supervisor: supervisorNesting
    case .user: 0
    }
  }

  mutating func note(_ record: inout TrapRecord) {
    if record.last == returned.executed &+ 2, record.pc == returned.target {
      record.lead = isPassedOn ? .trap : .trapReturn
      record.origin = isPassedOn ? 0 : returned.origin
    } else if count > 0, record.last == slots[latest].last &+ 1 {
      record.lead = .trap
    }
    keep(&record)
  }

  private mutating func keep(_ record: inout TrapRecord) {
    record.nesting = enter(record.to)
    for back in 1...Self.lookBack where back <= count {
      let slot = (count - back) % Self.capacity
      guard record.isLike(slots[slot]) else { continue }
      slots[slot].times &+= slots[slot].times == .max ? 0 : 1
      slots[slot].last = record.last
      latest = slot
      return
    }
    record.first = record.last
    latest = count % Self.capacity
    slots[latest] = record
    // Kept from overflowing, with its place in the ring.
    count = count == 1 << 30 ? Self.capacity + 1 : count + 1
  }

  private mutating func enter(_ mode: PrivilegeMode) -> UInt32 {
    if mode == .machine {
      machineNesting &+= 1
      return machineNesting
    }
    supervisorNesting &+= 1
    return supervisorNesting
  }

  /// `mret` or `sret` at `origin` goes to `target`, when the hart has executed so many instructions before it.
  mutating func noteReturn(from mode: PrivilegeMode, at origin: UInt32, to target: UInt32, executed: UInt64) {
    returned = (executed, origin, target)
    isPassedOn = false
    if mode == .machine { machineNesting = 0 } else { supervisorNesting = 0 }
  }

  /// The firmware has handed the newest trap on to S-mode, as if it had been delegated.
  mutating func notePassedOn() {
    guard count > 0, slots[latest].to == .machine, slots[latest].times == 1 else { return }
    isPassedOn = true
    count -= 1
    var record = slots[latest]
    record.to = .supervisor
    keep(&record)
  }
}

extension Hart {
  /// Keeps a trap that is about to be taken. `mode` is still the one that it comes from.
  func recordTrap(cause: UInt32, value: UInt32, at pc: UInt32, inSupervisor: Bool) {
    var record = TrapRecord()
    record.cause = cause
    record.pc = pc
    record.value = value
    record.stackPointer = state.pointee.x[2]
    record.returnAddress = state.pointee.x[1]
    record.last = executed
    record.from = mode
    record.to = inSupervisor ? .supervisor : .machine
    trapHistory.note(&record)
  }

  /// Keeps that a trap handler returns; `mode` is the one returned to. `state.pc` is still behind the instruction.
  func recordReturn(from handler: PrivilegeMode, to target: UInt32) {
    trapHistory.noteReturn(from: handler, at: state.pointee.pc &- 4, to: target, executed: executed)
    guard handler == .machine, mode == .supervisor, target == csr.supervisorVector & ~3,
      let trap = trapHistory.newest, trap.pc == csr.supervisorEPC, trap.cause == csr.supervisorCause
    else { return }
    trapHistory.notePassedOn()
  }
}
