/// A running hash of what a guest does where it can be seen from outside: its trace hash.
///
/// Two runs with equal hashes took the same traps and interrupts with the same registers after the same instructions,
/// made the same device accesses, and read and wrote the same console bytes, in the same order; docs/TRACE.md says what
/// exactly goes into it. Nothing of how an engine cuts up code or of how a host cuts up time does. The hash finds
/// differences between runs; it is not made to withstand somebody who wants two runs to look alike.
public final class TraceHash {
  /// What happened, and with what; the raw values are part of the hash.
  private enum Event: UInt64 {
    case trap = 1
    case read, write, input, output, reset, end
  }

  /// The hash so far.
  @exclusivity(unchecked) public private(set) var value: UInt64 = TraceHash.start
  /// How many events are in it.
  @exclusivity(unchecked) public private(set) var events: UInt64 = 0

  private static let start: UInt64 = 0x9E37_79B9_7F4A_7C15

  public init() {}

  /// Begins anew, as at power-on.
  public func clear() { (value, events) = (Self.start, 0) }

  // MARK: Events

  /// A trap or interrupt is taken.
  /// - Parameters:
  ///   - cause: as `mcause` says it, the interrupt bit included.
  ///   - value: what `mtval` or `stval` becomes.
  ///   - pc: what `mepc` or `sepc` becomes.
  ///   - executed: instructions that the hart has executed, this one included if it trapped.
  ///   - registers: x0 and what follows.
  public func trap(
    hart: UInt32, cause: UInt32, value: UInt32, pc: UInt32, executed: UInt64, registers: UnsafePointer<UInt32>
  ) {
    begin(.trap, hart)
    mix(pair(cause, value), UInt64(pc))
    mix(executed, 0)
    // Two chains, so that the host need not wait for one multiplication before it starts the next.
    var (first, second) = (self.value, ~self.value)
    for index in stride(from: 0, to: 32, by: 8) {
      first = Self.mixed(
        first, pair(registers[index], registers[index + 1]), pair(registers[index + 2], registers[index + 3]))
      second = Self.mixed(
        second, pair(registers[index + 4], registers[index + 5]), pair(registers[index + 6], registers[index + 7]))
    }
    self.value = Self.mixed(first, second, 0)
  }

  /// A hart has accessed a device.
  /// - Parameters:
  ///   - address: physical.
  ///   - count: bytes, 1 to 8.
  ///   - value: what was read or written, in its low `count` bytes.
  ///   - executed: instructions that the hart has executed before.
  public func access(
    _ direction: AccessDirection, hart: UInt32, address: UInt32, count: UInt32, value: UInt64, executed: UInt64
  ) {
    begin(direction == .read ? .read : .write, hart)
    mix(pair(address, count), value)
    mix(executed, 0)
  }

  /// A byte has arrived on the console.
  public func input(_ byte: UInt8, at time: Ticks) {
    begin(.input, UInt32(byte))
    mix(time, 0)
  }

  /// The guest has sent a byte to the console.
  public func output(_ byte: UInt8) { begin(.output, UInt32(byte)) }

  /// The machine starts over, or for the first time.
  public func reset(at time: Ticks) {
    begin(.reset, 0)
    mix(time, 0)
  }

  /// The machine has come to its end.
  /// - Parameter verdict: tells the ways to end apart.
  public func end(_ verdict: UInt64, at time: Ticks) {
    begin(.end, 0)
    mix(verdict, time)
  }

  // MARK: Mixing

  private func begin(_ event: Event, _ detail: UInt32) {
    events &+= 1
    mix(event.rawValue << 32 | UInt64(detail), events)
  }

  private func mix(_ a: UInt64, _ b: UInt64) { value = Self.mixed(value, a, b) }

  @inline(__always) private func pair(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }

  /// Folds two words into a hash by one wide multiplication. What the hash was stays in it, even where that gives zero.
  @inline(__always) private static func mixed(_ hash: UInt64, _ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = (a ^ hash).multipliedFullWidth(by: b ^ 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low ^ (hash << 29 | hash >> 35)
  }

  /// A hash of some bytes, such as a saved state.
  public static func digest(of bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { bytes in
      var hash = mixed(start, UInt64(bytes.count), 0)
      let whole = bytes.count & ~15
      for offset in stride(from: 0, to: whole, by: 16) {
        hash = mixed(
          hash, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
      }
      for byte in bytes[whole...] { hash = mixed(hash, UInt64(byte), 1) }
      return hash
    }
  }

  // MARK: State

  public func save(to encoder: inout StateEncoder) {
    encoder.section("trace hash", version: 1)
    encoder.encode(value)
    encoder.encode(events)
  }

  /// Goes on from a saved hash.
  public func restore(from decoder: inout StateDecoder) throws(StateError) {
    try decoder.section("trace hash", newest: 1)
    let value = try decoder.decode(UInt64.self)
    events = try decoder.decode(UInt64.self)
    self.value = value
  }
}

extension TraceHash: CustomStringConvertible {
  /// Sixteen hexadecimal digits.
  public var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
