import HartEngine
import ISA
import SystemBus

/// Makes host code of a region: one pass over its instructions, with the guest's registers where `RegisterMap` says.
///
/// Host registers beside the pool's: rbp points into the hart's state (`stateBias`), r13 at the window or `AddendTables`,
/// r15 holds the budget; rax, rcx and rdx are free between instructions, but rdx carries a temporary to the next one.
struct Lowering: ~Copyable {
  var code: Assembler
  let map: RegisterMap
  let vectors: VectorMap
  let memory: MemoryModel
  let features: HostFeatures
  let common: CommonCode
  /// The ways out that can be linked.
  var exits: ExitTable
  /// Which instructions may fault.
  let sites: FaultSites
  /// RAM, for reservations.
  let ram: HostRAM
  /// Where the places of operations count from.
  let operations: UnsafeRawPointer
  /// Bits that must be clear in an instruction address; see `HartState`.
  let alignmentMask: UInt32

  /// What is emitted after the region's blocks and apart from them, because it is rarely run.
  var later: UnsafeMutablePointer<LaterCode>
  var laterCount = 0
  static let mostLater = 4096
  /// There was more of it than that: the region must not be used.
  private(set) var isTooLarge = false

  /// Here.
  var facts = FloatFacts()
  var nans = HostNaNs()
  /// Where to note at which offset the code of each instruction of the intermediate representation begins.
  var marks: UnsafeMutablePointer<Int32>?
  /// The group of accesses that has been checked here.
  var group: AccessGroup?
  /// Where the guest address of its first byte is, if it is translated.
  var groupStart = HostRegister.rax

  /// The region's own: stores its registers, has the hart carry out an instruction, loads them again.
  var outside = Label()
  /// The region's own: stores its registers and leaves host code, with `state.pc` set and what to tell the hart in eax.
  var leave = Label()

  static let state = HostRegister.rbp
  /// How far behind the state's beginning rbp points, so that what a shift by rbp looks at of it, its lowest five bits, says
  /// how to find an address's line.
  static let stateBias = Int32(AddressWindow.lineShift)
  // With this base every access has a displacement, and so is long enough to become a jump.
  static let base = HostRegister.r13
  static let budget = HostRegister.r15

  init(
    code: Assembler, map: RegisterMap, vectors: VectorMap, memory: MemoryModel, features: HostFeatures,
    common: CommonCode,
    exits: ExitTable, sites: FaultSites,
    ram: HostRAM, operations: UnsafeRawPointer, alignmentMask: UInt32, later: UnsafeMutablePointer<LaterCode>
  ) {
    self.code = code
    self.map = map
    self.vectors = vectors
    self.memory = memory
    self.features = features
    self.common = common
    self.exits = exits
    self.sites = sites
    self.ram = ram
    self.operations = operations
    self.alignmentMask = alignmentMask
    self.later = later
  }

  // MARK: Where things are

  /// The address of the guest's instruction.
  func pc(of site: SlowPathSite) -> UInt32 {
    (operations + Int(site.place) << 4).assumingMemoryBound(to: Instruction.self).pointee.extra
  }

  static func slot(_ guest: UInt8) -> HostAddress { HostAddress(state, StateOffset.x + Int32(guest) * 4) }
  static func floatSlot(_ guest: UInt8) -> HostAddress { HostAddress(state, StateOffset.f + Int32(guest & 31) * 8) }
  static func floatHigh(_ guest: UInt8) -> HostAddress { HostAddress(state, StateOffset.f + Int32(guest & 31) * 8 + 4) }
  static func field(_ offset: Int32) -> HostAddress { HostAddress(state, offset) }

  /// The host register that an operand is in; nil for one in memory and for constants.
  // Inlined, as the compiler copies all of this for a call of what does not change it.
  @inline(__always)
  func register(_ operand: UInt8) -> HostRegister? {
    if operand < 32 { return map.places[operand] }
    return operand == IRRegister.temporary ? .rdx : nil
  }

  /// An operand in a register: its own, or `scratch` after it was loaded. Leaves the flags alone.
  mutating func use(_ operand: UInt8, _ constant: UInt32, in scratch: HostRegister) -> HostRegister {
    if let register = register(operand) { return register }
    load(operand, constant, into: scratch)
    return scratch
  }

  /// Puts an operand into a register. Leaves the flags alone.
  mutating func load(_ operand: UInt8, _ constant: UInt32, into target: HostRegister) {
    if let register = register(operand) {
      if register != target { code.mov32(target, register) }
    } else if operand == IRRegister.constant {
      code.mov32(target, constant)
    } else {
      code.load32(target, Self.slot(operand))
    }
  }

  /// Where to compute what goes to `destination`; `rax` for what `finish` then stores.
  @inline(__always)
  func target(_ destination: UInt8) -> HostRegister { register(destination) ?? .rax }

  /// Puts a result that is in `register` where it belongs.
  mutating func finish(_ destination: UInt8, _ register: HostRegister) {
    if let target = self.register(destination) {
      if target != register { code.mov32(target, register) }
    } else if destination < 32 {
      code.store32(Self.slot(destination), register)
    }
  }

  mutating func operate(_ operation: HostArithmetic, _ target: HostRegister, _ operand: UInt8, _ constant: UInt32) {
    if let register = register(operand) {
      code.alu32(operation, target, register)
    } else if operand == IRRegister.constant {
      code.alu32(operation, target, constant)
    } else {
      code.alu32(operation, target, Self.slot(operand))
    }
  }

  // MARK: Code for later

  /// What has to be done when a jump that is emitted now is taken.
  mutating func postpone(_ later: LaterCode) -> Int {
    guard laterCount < Self.mostLater else {
      isTooLarge = true
      return 0
    }
    self.later[laterCount] = later
    self.later[laterCount].nans = nans.found
    laterCount += 1
    return laterCount - 1
  }

  /// Jumps to where the hart carries out the guest's instruction, if the condition holds.
  mutating func outside(if condition: HostCondition, _ index: Int) { code.jump(condition, to: &later[index].entry) }

  /// Leaves host code before the guest's instruction, if the condition holds, for the hart to interpret it.
  mutating func refuse(if condition: HostCondition, _ i: IRInstruction) {
    let site = SlowPathSite(packed: i.site)
    refuse(if: condition, from: pc(of: site), count: Int32(truncatingIfNeeded: site.remaining))
  }

  /// - Parameters:
  ///   - pc: where the hart goes on.
  ///   - count: what to give back to the budget.
  mutating func refuse(if condition: HostCondition, from pc: UInt32, count: Int32 = 0) {
    let index = postpone(LaterCode(.refused, pc, count: count))
    code.jump(condition, to: &later[index].entry)
  }
}

/// Code that is rarely run, and so comes after everything else, and elsewhere.
struct LaterCode {
  var kind: Kind
  var entry = Label()
  /// Where to go on.
  var resume = Label()
  /// The slow path's `SlowPathSite`, an instruction address, or what `kind` says.
  var value: UInt32
  /// What to give back to the budget, bytes stored, or where a jump is in the code buffer.
  var count: Int32 = 0
  var facts = FloatFacts()
  var nans = HostNaNs.Found()
  /// Where an access goes; nil when rax says so.
  var address: HostAddress?
  /// The instructions that come here when they fault.
  var firstSite = 0
  var sites = 0
  /// Whether rcx has to be zero where it goes on, as blocks that follow ask what is there.
  var clearsAddend = false

  enum Kind {
    /// The hart carries out one instruction.
    case outside
    /// NaNs of the host's become the guest's.
    case canonical
    /// A division by 0, or if `value` is 1 by 0 or −1, that the host would trap on.
    case quotient, remainder
    /// `count` instructions from the one at `value` on are made once more, without a common check.
    case group
    /// A store of `count` bytes goes on unless it hits code; `value` is the code for then.
    case besideCode
    /// An access of `count` bytes at `address`, which goes on unless it leaves its page; `value` is the code for then.
    case misaligned
    /// The budget does not suffice for the block at the address `value`.
    case spent
    /// A branch leaves the region for the address `value`. Where registers are as between regions, and once it is known where
    /// the code is, the branch itself leads there: it is changed at `count`, as for `unlinked`.
    case exit
    /// The jump or call at `count` in the code buffer leads to the address `value`, of which it is not known yet where its
    /// code is.
    case unlinked
    /// A function is called whose code is not in its place in the table; it comes back to the address `value`.
    case callBeside
    /// There are as many calls on the host's stack as there may be; this one comes back to the address `value`.
    case deep
    /// The hart is to look up the address `value` from where registers are as between regions: the region there has been
    /// entered often, or has to be looked at.
    case lookUp
    /// What the region's block of the number `value` takes for granted is looked at on the way to it.
    case check
    /// The hart interprets from the address `value` on.
    case refused
  }

  init(_ kind: Kind, _ value: UInt32, count: Int32 = 0) {
    self.kind = kind
    self.value = value
    self.count = count
  }
}

/// The beginning of a region's block.
struct BlockEntry {
  var label = Label()
  let pc: UInt32
  /// What is looked at on the way to it where it is not known, so that it need not be in the block.
  let checks: FloatFacts
}

/// Where RAM is.
struct HostRAM {
  /// Its first byte in the host's memory.
  let start: UInt
  /// In 4-KiB pages: its first one as `CodeCache` counts, and its size.
  let firstPage: Int32
  let pageCount: Int32
}

/// How guest memory is reached.
enum MemoryModel {
  /// Through `AddendTables`, which r13 points at.
  case translated
  /// At the guest's own addresses in the window that r13 points at; what is no memory faults and is left to the hart.
  case window
}

/// Where fields lie from rbp.
enum StateOffset {
  private static func offset(_ path: PartialKeyPath<HartState>) -> Int32 {
    Int32(truncatingIfNeeded: MemoryLayout<HartState>.offset(of: path) ?? 0) - Lowering.stateBias
  }
  static let x = offset(\.x)
  static let f = offset(\.f)
  static let pc = offset(\.pc)
  static let budget = offset(\.budget)
  static let roundingMode = offset(\.frm)
  static let floatEnabled = offset(\.floatEnabled)
  static let floatDirty = offset(\.floatDirty)
  static let fetches = offset(\.host.fetches)
  static let jumps = offset(\.host.jumps)
  static let hostCode = offset(\.host.code)
  static let privilege = offset(\.privilege)
  static let codeHalves = offset(\.host.codeHalves)
  static let slowPath = offset(\.host.slowPath)
  static let stackBottom = offset(\.host.stackBottom)
  static let stackLimit = offset(\.host.stackLimit)
  static let floatStatus = offset(\.host.floatStatus)
  static let reservation = offset(\.reservation)
  static let box = offset(\.host.box)
  static let canonicalSingle = offset(\.host.canonicalSingle)
  static let canonicalDouble = offset(\.host.canonicalDouble)
  static let cleanFloatStatus = offset(\.host.cleanFloatStatus)
  static let faults = offset(\.host.faults)
  static let usedFloat = offset(\.host.usedFloat)

  static func control(_ register: IRControl) -> Int32 { controls[Int(register.rawValue)] }
  private static let controls = IRControl.allCases.map { register in
    switch register {
    case .machineScratch: offset(\.csr.machineScratch)
    case .machineEPC: offset(\.csr.machineEPC)
    case .machineCause: offset(\.csr.machineCause)
    case .machineValue: offset(\.csr.machineValue)
    case .supervisorScratch: offset(\.csr.supervisorScratch)
    case .supervisorEPC: offset(\.csr.supervisorEPC)
    case .supervisorCause: offset(\.csr.supervisorCause)
    case .supervisorValue: offset(\.csr.supervisorValue)
    }
  }
}
