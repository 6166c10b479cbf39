import ISA
import SystemBus

extension Hart {
  /// Runs up to `budget` instructions; an instruction that traps counts as one. The exact number can be read from
  /// `retired` before and after.
  /// - Parameter effort: what the run may cost the host beyond plain instructions before it is cut short, in units of
  ///   about ten nanoseconds.
  /// - Parameter isExact: whether to run exactly `budget` instructions, not some fewer: at least half of them. A block that
  ///   is cut in two makes the hart go on within it, which costs more than the block.
  public func run(budget: Int32, effort: Int = .max, isExact: Bool = true) -> HartExit {
    let previous = state.pointee.budget
    state.pointee.budget = max(budget, 0)
    retiredBase = retiredBase &- UInt64(bitPattern: Int64(previous)) &+ UInt64(bitPattern: Int64(max(budget, 0)))
    attention = true
    exitRequested = false
    effortLeft = effort
    // Half, so that blocks are linked and whoever asks learns how fast they are, however small the budget is.
    leastBudget = isExact ? 1 : min(Int32(Block.capacity), max(budget / 2, 1))
    metering(.lookUp) { runBlocks() }
    if isWaiting { return .waiting }
    if exitRequested { return .requested }
    return state.pointee.budget > 0 ? .cutShort : .budgetSpent
  }

  private func runBlocks() {
    guard hasEngine else {
      if let block = nextBlock() { interpret(from: block) }
      return
    }
    state.pointee.host.hart = Unmanaged.passUnretained(self).toOpaque()
    // One count of who refers to it for all exits.
    let engine = engine
    var next = nextBlock()
    var exit: UInt32 = 0
    while let block = next {
      if block.pointee.hostCost <= state.pointee.budget, mayRunHostCode(of: block) {
        if exit == HostCodeState.unknownTarget { noteHostCode(of: block) }
        exit = runHostCode(of: block)
        let flushes = code.flushes
        next = nextBlock()
        if exit == HostCodeState.refused {
          next = next.flatMap(interpreted)
          exit = 0
        } else if exit != 0, exit != HostCodeState.unknownTarget, let next, flushes == code.flushes {
          engine?.link(exit, to: next)
        }
      } else {
        next = interpreted(from: block)
        exit = 0
      }
    }
  }

  /// Interprets from `block` on, until the hart must stop or comes to a block with host code, which is returned.
  private func interpreted(from block: BlockPointer) -> BlockPointer? {
    postponed = nil
    interpret(from: block)
    return postponed
  }

  /// Lets host code find that of `block`, which it looked for and did not.
  private func noteHostCode(of block: BlockPointer) {
    codeContext.cacheHostCode(hostCodePlace(of: block), at: block.pointee.pc)
  }

  /// Where the host code of `block` begins, in bytes from the first of all.
  func hostCodePlace(of block: BlockPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: block.pointee.hostCode &- UInt(bitPattern: state.pointee.host.code))
  }

  /// Whether host code is to be run from `block` on, by whoever runs the interpreter.
  @inline(never) func postpone(_ block: BlockPointer) -> Bool {
    guard mayRunHostCode(of: block) else { return false }
    postponed = block
    return true
  }

  /// Kept to itself, so that nothing around it changes what the compiler makes of the loop.
  @inline(never) private func interpret(from block: BlockPointer) {
    var interpreter = Interpreter(hart: self, block: block)
    metering(.interpreter) { interpreter.run() }
  }

  /// Instructions of the last `run` that were not used because it came back early.
  public var unusedBudget: Int32 { max(state.pointee.budget, 0) }
}
