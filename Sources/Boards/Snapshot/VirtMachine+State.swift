import HartEngine
import Peripherals
import RegisterMaps
import SystemBus

extension VirtMachine {
  /// Everything a machine made with the same configuration needs to go on from here, the images for its next reset
  /// included. The machine must not be running. What the guest has sent to the console is not part of it.
  public func saveState() -> [UInt8] { saveState(.everything) }

  /// What of a machine's state goes into, or comes out of, one stream of bytes.
  enum StateExtent {
    case everything
    /// All but RAM and the images for the next reset, which are large.
    case registers
  }

  func saveState(_ extent: StateExtent) -> [UInt8] {
    finishLoading()
    var encoder = StateEncoder()
    encoder.section("machine", version: 3)
    for (_, value) in fingerprint { encoder.encode(value) }
    encoder.encode(Int64(resets))
    encoder.encode(resetRequested)
    encoder.encode(UInt8(truncatingIfNeeded: nextHart))
    encoder.encode(UInt16(truncatingIfNeeded: turnLeft))
    encoder.encode(stalledUntil)
    encoder.encode(end)
    encoder.encode(hostInterface != nil)
    encoder.encode(hostInterface ?? 0)
    clock.save(to: &encoder)
    if extent == .everything { encoder.encode(boot) }
    for memory in memories(extent) { memory.save(to: &encoder) }
    for device in devicesForState { device.save(to: &encoder) }
    for hart in harts { hart.save(to: &encoder) }
    traceHash?.save(to: &encoder)
    encoder.section("end", version: 1)
    return encoder.bytes
  }

  private func memories(_ extent: StateExtent) -> [GuestMemory] {
    bus.memories.filter { extent == .everything || $0 !== ram }
  }

  /// A hash of the saved state: of registers, memory, devices, time and all else that later runs depend on. Asking takes
  /// some milliseconds for each ten MiB of RAM in use. The machine must not be running.
  public var stateDigest: UInt64 { TraceHash.digest(of: saveState()) }

  /// Puts the machine into a saved state. Under virtual time it then goes on exactly as the saved one would have; under
  /// host time the guest does not see how much of it passed in between.
  ///
  /// After an error the machine is as after a reset.
  public func restoreState(_ bytes: [UInt8]) throws(StateError) { try restoreState(bytes, .everything) }

  func restoreState(_ bytes: [UInt8], _ extent: StateExtent) throws(StateError) {
    do {
      try restore(from: bytes, extent)
    } catch {
      reset()
      throw error
    }
  }

  private func restore(from bytes: [UInt8], _ extent: StateExtent) throws(StateError) {
    var decoder = StateDecoder(bytes)
    let version = try decoder.section("machine", newest: 3)
    for (property, here) in fingerprint { try decoder.expect(here, as: property) }
    let resets = Int(truncatingIfNeeded: try decoder.decode(Int64.self))
    let resetRequested = try decoder.decode(Bool.self)
    let nextHart = Int(try decoder.decode(UInt8.self))
    guard nextHart < harts.count else { throw decoder.invalid("next hart") }
    // Version 1 forgot what was left of a turn.
    let turnLeft = version == 1 ? 0 : UInt64(try decoder.decode(UInt16.self))
    // Longer turns are those of the host's time, of which nothing is left between slices.
    guard turnLeft <= Self.quantum else { throw decoder.invalid("turn") }
    // Before version 3 no hart could be stalled.
    let stalls = version < 3 ? harts.map { _ in 0 } : try decoder.decodeArray(of: Ticks.self, count: harts.count)
    let end = try decoder.decodeEnd()
    let hasHostInterface = try decoder.decode(Bool.self)
    let hostInterface = try decoder.decode(UInt32.self)
    try clock.restore(from: &decoder)
    if extent == .everything { boot = try decoder.decodeBoot(ramSize: ram.size) }
    loadPosition = boot?.pieces.count ?? 0
    for memory in memories(extent) { try memory.restore(from: &decoder) }
    codeCache.flush()
    for device in devicesForState { try device.restore(from: &decoder) }
    for hart in harts { try hart.restore(from: &decoder) }
    // Older versions knew of no trace hash: it then covers what follows.
    if version >= 3 { try traceHash?.restore(from: &decoder) } else { traceHash?.clear() }
    try decoder.section("end", newest: 1)
    guard decoder.isAtEnd else { throw decoder.invalid("length") }
    self.hostInterface = hasHostInterface ? hostInterface : nil
    (self.resets, self.resetRequested, self.nextHart, self.end) = (resets, resetRequested, nextHart, end)
    self.turnLeft = turnLeft
    stalledUntil = stalls
    scheduleEndOfStall()
  }

  /// What two machines must have in common to exchange state; the harts and devices check what concerns only them.
  private var fingerprint: [(property: String, value: String)] {
    let time =
      switch configuration.clock {
      case .host: "the host's clock"
      case .virtual(let rate): Self.words(for: rate)
      }
    return [("memory", "\(ram.size >> 10) KiB"), ("harts", "\(harts.count)"), ("time from", time)]
  }

  private static func words(for rate: ClockRate) -> String {
    let (perTick, rest) = rate.instructionsPerSecond.quotientAndRemainder(dividingBy: ticksPerSecond)
    return "a virtual clock of "
      + (rest == 0 ? "\(perTick) instructions per tick" : "\(rate.instructionsPerSecond) instructions per second")
  }

  /// The interrupt controller goes first: a device that finds itself due while it is restored raises its line, and the
  /// controller must not forget that again.
  private var devicesForState: [any Device] { [plic] + entries.map(\.device).filter { $0 !== plic } }
}

extension StateEncoder {
  fileprivate mutating func encode(_ end: MachineEnd?) {
    switch end {
    case nil: encode(UInt8(0))
    case .passed: encode(UInt8(1))
    case .failed(let code):
      encode(UInt8(2))
      encode(code)
    case .hung(let reason):
      encode(UInt8(3))
      encode(reason)
    }
  }

  mutating func encode(_ boot: LoadedBoot?) {
    section("boot", version: 1)
    encode(boot != nil)
    guard let boot else { return }
    encode(UInt32(truncatingIfNeeded: boot.pieces.count))
    for piece in boot.pieces {
      encode(piece.address)
      encode(piece.zeroFill)
      encode(Array(piece.bytes))
    }
    encode(boot.rom)
  }
}

extension StateDecoder {
  fileprivate mutating func decodeEnd() throws(StateError) -> MachineEnd? {
    switch try decode(UInt8.self) {
    case 0: return nil
    case 1: return .passed
    case 2: return .failed(code: try decode(UInt16.self))
    case 3: return .hung(reason: String(decoding: try decodeBytes(), as: UTF8.self))
    default: throw invalid("end")
    }
  }

  /// - Parameter ramSize: bytes of the RAM that every piece must lie in.
  mutating func decodeBoot(ramSize: Int) throws(StateError) -> LoadedBoot? {
    try section("boot", newest: 1)
    guard try decode(Bool.self) else { return nil }
    var pieces: [LoadedBoot.Piece] = []
    let count = try decode(UInt32.self)
    // Bytes from a hostile process must not become many times as many here.
    guard count <= LoadedBoot.pieceLimit else { throw invalid("number of images") }
    for _ in 0..<count {
      let address = try decode(UInt32.self)
      let zeroFill = try decode(UInt32.self)
      let bytes = try decodeSlice()
      guard address >= MemoryMap.ramBase,
        Int(address - MemoryMap.ramBase) + bytes.count + Int(zeroFill) <= ramSize
      else { throw invalid("image address") }
      pieces.append(.init(address: address, bytes: bytes, zeroFill: zeroFill))
    }
    let words = try decodeBytes()
    guard words.count <= Int(MemoryMap.bootROM.size) else { throw invalid("boot ROM") }
    return LoadedBoot(pieces: pieces, rom: words)
  }
}
