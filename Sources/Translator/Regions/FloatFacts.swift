/// What is known for sure about floating-point state at a point of a region, so that it need not be checked or done again.
package struct FloatFacts: Equatable {
  /// `mstatus.FS` is not Off.
  package var isEnabled = false
  /// `frm` says to round to the nearest even.
  package var isNearest = false
  /// State was marked as changed.
  package var isDirty = false
  /// A bit for each register that holds a boxed single.
  package var boxed: UInt32 = 0

  package init(isEnabled: Bool = false, isNearest: Bool = false, isDirty: Bool = false, boxed: UInt32 = 0) {
    self.isEnabled = isEnabled
    self.isNearest = isNearest
    self.isDirty = isDirty
    self.boxed = boxed
  }

  /// What is not contradicted anywhere.
  package static let all = FloatFacts(isEnabled: true, isNearest: true, isDirty: true, boxed: .max)

  /// What holds on both of two ways to a point.
  package func merged(with other: FloatFacts) -> FloatFacts {
    FloatFacts(
      isEnabled: isEnabled && other.isEnabled, isNearest: isNearest && other.isNearest,
      isDirty: isDirty && other.isDirty, boxed: boxed & other.boxed)
  }

  /// Takes over what an instruction makes true, or no longer certain. Whatever is not as it takes for granted leaves the
  /// region, or is made so by the hart.
  package mutating func follow(_ i: IRInstruction) {
    switch i.kind {
    case .loadSingle: write(i.destination, isSingle: true)
    case .loadDouble: write(i.destination, isSingle: false)
    case .storeSingle, .storeDouble: isEnabled = true
    case .float:
      guard let operation = IRFloat(rawValue: i.detail & ~IRFloat.isDouble) else { return }
      isEnabled = true
      if i.dependsOnRounding { isNearest = true }
      let isSingle = i.detail & IRFloat.isDouble == 0
      boxed |= operation.boxedOperands(i, isSingle: isSingle)
      if operation.writesFloat { write(i.destination, isSingle: isSingle) }
    case .outside: if i.detail & IROutside.keepsControl == 0 { self = FloatFacts() } else { boxed = 0 }
    default: break
    }
  }

  private mutating func write(_ register: UInt8, isSingle: Bool) {
    isEnabled = true
    isDirty = true
    let bit: UInt32 = 1 &<< UInt32(register & 31)
    if isSingle { boxed |= bit } else { boxed &= ~bit }
  }

  /// The same after a look at some of it.
  func checked(_ checks: FloatFacts) -> FloatFacts {
    var facts = self
    if checks.isEnabled { facts.isEnabled = true }
    if checks.isNearest { facts.isNearest = true }
    return facts
  }

  /// What to look at on the way to a block that begins a region or a loop, so that it is not looked at each time round: what
  /// the block itself would, before anything can change it.
  static func checks(for block: RegionBlock, _ instructions: UnsafePointer<IRInstruction>) -> FloatFacts {
    var checks = FloatFacts()
    guard block.isLoopHead else { return checks }
    for place in block.first..<block.last {
      let i = instructions[place]
      if i.kind == .outside, i.detail & IROutside.keepsControl == 0 { break }
      if i.isFloat { checks.isEnabled = true }
      if i.dependsOnRounding { checks.isNearest = true }
    }
    return checks
  }

  /// Finds what is known at the beginning of each block.
  /// - Parameters:
  ///   - entry: what is known where the region is entered, at its first block.
  static func find(
    _ blocks: inout [RegionBlock], _ instructions: UnsafePointer<IRInstruction>, entry: FloatFacts
  ) {
    for index in blocks.indices { blocks[index].facts = .all }
    blocks[0].facts = entry
    var isDone = false
    // Facts only get fewer, so this ends.
    while !isDone {
      isDone = true
      for index in blocks.indices {
        var facts = blocks[index].facts
        for place in blocks[index].first..<blocks[index].last { facts.follow(instructions[place]) }
        if merge(facts, into: blocks[index].taken, &blocks) { isDone = false }
        blocks[index].returns.forEach { if merge(facts, into: $0.block, &blocks) { isDone = false } }
        // Nothing is known of what a function leaves behind.
        if blocks[index].isHostCall { facts = FloatFacts() }
        if merge(facts, into: blocks[index].fallThrough, &blocks) { isDone = false }
      }
    }
  }

  /// Whether a block's facts get fewer.
  private static func merge(_ facts: FloatFacts, into index: Int, _ blocks: inout [RegionBlock]) -> Bool {
    guard index >= 0 else { return false }
    let merged = blocks[index].facts.merged(with: facts.checked(blocks[index].checks))
    defer { blocks[index].facts = merged }
    return merged != blocks[index].facts
  }
}

extension IRFloat {
  /// The operands that have to be boxed singles, a bit for each register.
  func boxedOperands(_ i: IRInstruction, isSingle: Bool) -> UInt32 {
    let (a, b, c) = (bit(i.a), bit(i.b), bit(i.c))
    switch self {
    case .add, .subtract, .multiply, .divide, .signInject, .signInjectNegated, .signInjectXor, .equal, .less,
      .lessOrEqual:
      return isSingle ? a | b : 0
    case .squareRoot, .toSignedWord: return isSingle ? a : 0
    case .fusedMultiplyAdd, .fusedMultiplySubtract, .fusedNegatedMultiplySubtract, .fusedNegatedMultiplyAdd:
      return isSingle ? a | b | c : 0
    case .convert: return isSingle ? 0 : a
    case .fromSignedWord, .fromUnsignedWord, .moveToInteger, .moveFromInteger: return 0
    }
  }

  private func bit(_ register: UInt8) -> UInt32 { 1 &<< UInt32(register & 31) }
}
