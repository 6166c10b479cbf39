/// Removes what computes a register that is written again before anybody can see it: no trap and no end of the block lies
/// between.
enum DeadWrites {
  static func remove(from block: UnsafeMutableBufferPointer<IRInstruction>) -> Int {
    var dead: UInt64 = 0
    var write = block.count
    for index in stride(from: block.count - 1, through: 0, by: -1) {
      let instruction = block[index]
      let destination: UInt64 = 1 &<< UInt64(instruction.destination)
      let isGuest = instruction.destination < 32
      if instruction.kind.mayLeave {
        dead = 0
      } else {
        if isGuest, dead & destination != 0 { continue }
        if isGuest { dead |= destination }
        dead &= ~(1 &<< UInt64(instruction.a) | 1 &<< UInt64(instruction.b) | 1 &<< UInt64(instruction.c))
      }
      write -= 1
      block[write] = instruction
    }
    // What is left has come to lie at the end.
    let count = block.count - write
    if write > 0, let base = block.baseAddress { base.update(from: base + write, count: count) }
    return count
  }
}
