import RegisterMaps

/// The receiver's bytes, oldest first: at most as many as the chip's FIFO holds.
struct ByteFIFO {
  static let depth = UARTRegisters.fifoDepth
  private var slots = [UInt8](repeating: 0, count: depth)
  private var head = 0
  private(set) var count = 0

  /// Appends a byte; the caller has made sure that there is room.
  mutating func push(_ byte: UInt8) {
    guard count < Self.depth else { return }
    slots[(head + count) % Self.depth] = byte
    count += 1
  }

  mutating func pop() -> UInt8? {
    guard count > 0 else { return nil }
    let byte = slots[head]
    head = (head + 1) % Self.depth
    count -= 1
    return byte
  }

  mutating func removeAll() { count = 0 }

  var bytes: [UInt8] { (0..<count).map { slots[(head + $0) % Self.depth] } }
}
