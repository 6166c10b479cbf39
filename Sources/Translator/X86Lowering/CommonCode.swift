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
  /// For each size of a store: clears the zero flag if one to the guest address in rax hits decoded code. Uses rcx
  /// and rdx.
  private var findCode: InlineArray<4, Int> = .init(repeating: 0)
  /// Leaves host code when registers and budget are stored; the exit's number is in eax.
  private(set) var end = 0

  private static let saved: InlineArray<6, HostRegister> = [.rbx, .rbp, .r12, .r13, .r14, .r15]

  init(_ code: inout Assembler) {
    // The first of all, where empty entries of `HostCodeState.jumps` lead.
    var leave = Label()
    leaveTo = code.offset
    code.store32(Lowering.field(StateOffset.pc), .rax)
    code.mov32(.rax, HostCodeState.unknownTarget)
    code.jump(to: &leave)

    enter = code.offset
    for index in 0..<Self.saved.count { code.push64(Self.saved[index]) }
    // Calls of the hart then find the stack aligned as C wants it: a region's call of its own and of `outside` lie between.
    code.alu64(.sub, .rsp, 8)
    code.mov64(Lowering.state, .rdi)
    code.mov64(.rax, .rsi)
    code.mov64(Lowering.base, .rdx)
    code.ldmxcsr(Lowering.field(StateOffset.cleanFloatStatus))
    code.load32(Lowering.budget, Lowering.field(StateOffset.budget))
    for index in 0..<RegisterMap.pool.count {
      code.load32(RegisterMap.pool[index], Lowering.slot(RegisterMap.pinned[index]))
    }
    code.jump(to: .rax)

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
    code.alu64(.add, .rsp, 8)
    for index in 0..<Self.saved.count { code.pop64(Self.saved[Self.saved.count - 1 - index]) }
    code.ret()

    // Each return belongs to a call, as the host expects it.
    system = code.offset
    Self.emitSlowPath(&code)
    code.alu32(.xor, .rax, .rax)
    code.jump(to: &store)

    outside = code.offset
    Self.emitSlowPath(&code)
    code.test32(.rax, .rax)
    var isOver = Label()
    code.jump(.ne, to: &isOver)
    code.ret()
    code.bind(&isOver)
    // Drops the ways back into the region.
    code.alu64(.add, .rsp, 16)
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

    lookFurther = code.offset
    Self.emitJumpThroughTable(&code, isSecond: true, orElse: leaveTo)

    jumpThroughTable = code.offset
    Self.emitJumpThroughTable(&code, orElse: lookFurther)

    for index in 0..<4 {
      findCode[index] = code.offset
      Self.emitFindCode(&code, bytes: 1 << UInt32(index))
    }
  }

  private static func emitSlowPath(_ code: inout Assembler) {
    code.store32(Lowering.field(StateOffset.budget), Lowering.budget)
    code.stmxcsr(Lowering.field(StateOffset.floatStatus))
    code.mov64(.rdi, Lowering.state)
    code.mov32(.rsi, .rax)
    code.call(Lowering.field(StateOffset.slowPath))
    code.ldmxcsr(Lowering.field(StateOffset.cleanFloatStatus))
  }

  /// Jumps to the host code for the instruction address in rax, from between regions, if it is in its first or second
  /// place in the table: see `TranslationContext.hostJumpIndex` and `secondHostJumpIndex`.
  static func emitJumpThroughTable(_ code: inout Assembler, isSecond: Bool = false, orElse miss: Int) {
    code.movzx8(.rcx, .rax)
    code.shift32(.shl, .rcx, by: 4)
    code.alu32(.xor, .rcx, .rax)
    // Entries have 8 bytes.
    code.shift32(.shr, .rcx, by: 1)
    code.alu32(.and, .rcx, UInt32(TranslationContext.hostJumpEntries - 1) << 3)
    if isSecond {
      code.mov32(.rdx, .rax)
      code.alu32(.and, .rdx, UInt32(7) << 1)
      code.shift32(.shl, .rdx, by: 7)
      code.alu32(.xor, .rcx, .rdx)
      code.alu32(.xor, .rcx, UInt32(TranslationContext.hostJumpDistance) << 3)
    }
    code.load64(.rdx, Lowering.field(StateOffset.jumps))
    code.load64(.rcx, HostAddress(.rdx, .rcx))
    code.alu32(.cmp, .rcx, .rax)
    code.jump(.ne, to: miss)
    code.shift64(.shr, .rcx, by: 32)
    code.alu64(.add, .rcx, Lowering.field(StateOffset.hostCode))
    code.jump(to: .rcx)
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
