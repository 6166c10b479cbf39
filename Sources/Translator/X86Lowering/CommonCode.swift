import HartEngine

/// Code that all regions share, as offsets in the code buffer.
struct CommonCode {
  /// Begins host code: a C function of the state, the code's address and what r13 is to hold.
  private(set) var enter = 0
  /// Has the hart carry out the instruction whose site is in eax, with all registers stored. Comes back if host code goes
  /// on.
  private(set) var outside = 0
  /// The same from where registers are as between regions; stores and loads them.
  private(set) var pinnedOutside = 0
  /// Has the hart carry out the instruction whose site is in eax, with all registers stored, and leaves host code.
  private(set) var system = 0
  /// Leaves host code from between regions; the exit's number is in eax.
  private(set) var leave = 0
  /// The same for the instruction address in eax, whose code is unknown.
  private(set) var leaveTo = 0
  /// What jumps through the table of host code do that found something else in their first place.
  private(set) var lookFurther = 0
  /// Jumps through the table of host code to the instruction address in rax, from between regions.
  private(set) var jumpThroughTable = 0
  /// Where a return goes on, to the instruction address in eax, that was expected elsewhere: no call on the host's stack
  /// is believed any more.
  private(set) var mismatch = 0
  /// For each size of a store: clears the zero flag if one to the guest address in rax hits decoded code. Uses rcx
  /// and rdx.
  private var findCode: InlineArray<4, Int> = .init(repeating: 0)
  /// Leaves host code when registers and budget are stored; the exit's number is in eax.
  private(set) var end = 0

  private static let saved: InlineArray<6, HostRegister> = [.rbx, .rbp, .r12, .r13, .r14, .r15]
  /// Guest calls on the host's stack, at most: it then takes 32 KiB.
  private static let mostCalls: Int32 = 4096

  init(_ code: inout Assembler) {
    // The first of all, where empty entries of `HostCodeState.jumps` lead.
    var leave = Label()
    leaveTo = code.offset
    code.alu32(.and, .rax, ~UInt32(1))
    code.store32(Lowering.field(StateOffset.pc), .rax)
    code.mov32(.rax, HostCodeState.unknownTarget)
    code.jump(to: &leave)

    enter = code.offset
    for index in 0..<Self.saved.count { code.push64(Self.saved[index]) }
    code.lea64(Lowering.state, HostAddress(.rdi, Lowering.stateBias))
    code.mov64(.rax, .rsi)
    code.mov64(Lowering.base, .rdx)
    code.ldmxcsr(Lowering.field(StateOffset.cleanFloatStatus))
    code.load32(Lowering.budget, Lowering.field(StateOffset.budget))
    for index in 0..<RegisterMap.pool.count {
      code.load32(RegisterMap.pool[index], Lowering.slot(RegisterMap.pinned[index]))
    }
    emitBottom(&code)

    var store = Label()
    self.leave = code.offset
    code.bind(&leave)
    for index in 0..<RegisterMap.pool.count {
      code.store32(Lowering.slot(RegisterMap.pinned[index]), RegisterMap.pool[index])
    }
    code.store32(Lowering.field(StateOffset.budget), Lowering.budget)
    end = code.offset
    code.bind(&store)
    code.stmxcsr(Lowering.field(StateOffset.floatStatus))
    // Whatever calls there are, and the ways back into the region.
    code.load64(.rsp, Lowering.field(StateOffset.stackBottom))
    code.alu64(.add, .rsp, 8)
    for index in 0..<Self.saved.count { code.pop64(Self.saved[Self.saved.count - 1 - index]) }
    // It always goes to the same place, which the host would not foresee of a return while there are calls.
    code.pop64(.rcx)
    code.jump(to: .rcx)

    system = code.offset
    // Its end is aligned as C wants it.
    code.load64(.rsp, Lowering.field(StateOffset.stackBottom))
    Self.emitSlowPath(&code)
    code.alu32(.xor, .rax, .rax)
    code.jump(to: &store)

    outside = code.offset
    // All guest registers are stored, so this one is free, and C leaves it alone.
    code.mov64(.rbx, .rsp)
    code.alu64(.and, .rsp, -16)
    Self.emitSlowPath(&code)
    code.mov64(.rsp, .rbx)
    code.test32(.rax, .rax)
    var isOver = Label()
    code.jump(.ne, to: &isOver)
    code.ret()
    code.bind(&isOver)
    code.alu32(.xor, .rax, .rax)
    code.jump(to: &store)

    pinnedOutside = code.offset
    for index in 0..<RegisterMap.pool.count {
      code.store32(Lowering.slot(RegisterMap.pinned[index]), RegisterMap.pool[index])
    }
    code.call(outside)
    for index in 0..<RegisterMap.pool.count {
      code.load32(RegisterMap.pool[index], Lowering.slot(RegisterMap.pinned[index]))
    }
    code.ret()

    for index in 0..<4 {
      findCode[index] = code.offset
      Self.emitFindCode(&code, bytes: 1 << UInt32(index))
    }
  }

  /// Begins the stack of guest calls and jumps to rax. A return that finds no call there comes to what is in front of the
  /// first one, and leaves the stack as it was.
  private mutating func emitBottom(_ code: inout Assembler) {
    var (begin, search) = (Label(), Label())
    code.call(&begin)
    let none = code.offset
    code.call(&search)
    code.jump(to: none)

    var clear = Label()
    lookFurther = code.offset
    code.test32(.rax, UInt32(1))
    code.jump(.ne, to: &clear)
    Self.emitJumpThroughTable(&code, isSecond: true, orElse: leaveTo)

    mismatch = code.offset
    code.load64(.rsp, Lowering.field(StateOffset.stackBottom))
    code.bind(&clear)
    code.alu32(.and, .rax, ~UInt32(1))
    jumpThroughTable = code.offset
    code.bind(&search)
    Self.emitJumpThroughTable(&code, orElse: lookFurther)

    code.bind(&begin)
    code.store64(Lowering.field(StateOffset.stackBottom), .rsp)
    code.lea64(.rcx, HostAddress(.rsp, -8 * Self.mostCalls))
    code.store64(Lowering.field(StateOffset.stackLimit), .rcx)
    code.jump(to: .rax)
  }

  private static func emitSlowPath(_ code: inout Assembler) {
    code.store32(Lowering.field(StateOffset.budget), Lowering.budget)
    code.stmxcsr(Lowering.field(StateOffset.floatStatus))
    code.lea64(.rdi, HostAddress(Lowering.state, -Lowering.stateBias))
    code.mov32(.rsi, .rax)
    code.call(Lowering.field(StateOffset.slowPath))
    code.ldmxcsr(Lowering.field(StateOffset.cleanFloatStatus))
  }

  /// Jumps to the host code for the instruction address in rax, from between regions, if it is in its first or second
  /// place in the table: see `TranslationContext.hostJumpIndex` and `secondHostJumpIndex`.
  static func emitJumpThroughTable(_ code: inout Assembler, isSecond: Bool = false, orElse miss: Int) {
    emitSearch(&code, isSecond: isSecond)
    code.jump(.ne, to: miss)
    emitFound(&code)
    code.jump(to: .rcx)
  }

  /// The same with a call.
  static func emitCallThroughTable(_ code: inout Assembler, orElse miss: inout Label) {
    emitSearch(&code, isSecond: false)
    code.jump(.ne, to: &miss)
    emitFound(&code)
    code.call(.rcx)
  }

  private static func emitSearch(_ code: inout Assembler, isSecond: Bool) {
    // Entries have 8 bytes, for 16 of the guest's.
    if HostFeatures.host.contains(.bmi2) {
      code.rorx32(.rcx, .rax, by: 1)
    } else {
      code.mov32(.rcx, .rax)
      code.shift32(.shr, .rcx, by: 1)
    }
    code.alu32(.and, .rcx, UInt32(TranslationContext.hostJumpEntries - 1) << 3)
    if isSecond {
      code.mov32(.rdx, .rax)
      code.alu32(.and, .rdx, UInt32(7) << 1)
      code.shift32(.shl, .rdx, by: 7)
      code.alu32(.xor, .rcx, .rdx)
      code.alu32(.xor, .rcx, UInt32(TranslationContext.hostJumpDistance) << 3)
    }
    code.load64(.rdx, Lowering.field(StateOffset.jumps))
    code.alu32(.cmp, HostAddress(.rdx, .rcx), .rax)
  }

  private static func emitFound(_ code: inout Assembler) {
    code.load32(.rcx, HostAddress(.rdx, .rcx, 4))
    code.alu64(.add, .rcx, Lowering.field(StateOffset.hostCode))
  }

  func findCode(bytes: Int32) -> Int { findCode[bytes.trailingZeroBitCount & 3] }

  private static func emitFindCode(_ code: inout Assembler, bytes: UInt32) {
    let halves = max(bytes / 2, 1)
    // The bits from the one for the store's first halfword on; 25 of them at least.
    code.mov32(.rcx, .rax)
    code.shift32(.shr, .rcx, by: 4)
    code.load64(.rdx, Lowering.field(StateOffset.codeHalves))
    code.load32(.rdx, HostAddress(.rdx, .rcx))
    code.mov32(.rcx, .rax)
    code.shift32(.shr, .rcx, by: 1)
    code.alu32(.and, .rcx, UInt32(7))
    code.shift32ByCL(.shr, .rdx)
    code.test32(.rdx, (UInt32(1) << halves) - 1)
    guard bytes > 1 else { return code.ret() }
    // One that begins in the middle of a halfword ends in one more.
    var done = Label()
    code.jump(.ne, to: &done)
    code.test32(.rax, UInt32(1))
    code.jump(.e, to: &done)
    code.test32(.rdx, UInt32(1) << halves)
    code.bind(&done)
    code.ret()
  }
}
