/// Physical memory protection: sixteen entries with 4-byte granularity (privileged specification, section 3.7).
struct PMP {
  static let entryCount = 16

  private enum Bit {
    static let r: UInt8 = 1
    static let w: UInt8 = 2
    static let x: UInt8 = 4
    static let l: UInt8 = 0x80
  }

  /// One entry as a range of physical addresses, 34 bits wide.
  private struct Range: BitwiseCopyable {
    /// First byte.
    var start: UInt64 = 0
    /// One past the last byte; equal to `start` when the entry is off.
    var end: UInt64 = 0
  }

  // Nobody counts references to look at them.
  private var configuration = InlineArray<16, UInt8>(repeating: 0)
  private(set) var address = InlineArray<16, UInt32>(repeating: 0)
  private var ranges = InlineArray<16, Range>(repeating: Range())
  /// Entries at and above this index are all off.
  private var activeCount = 0
  /// True while some entry is locked and so binds M-mode as well.
  private(set) var hasLockedEntries = false
  /// True while some entry begins or ends within a page: an access that it matches only some bytes of fails in any mode.
  private(set) var dividesPages = false

  /// All registers, in order, for a snapshot.
  var saved: (configuration: [UInt8], address: [UInt32]) {
    ((0..<Self.entryCount).map { configuration[$0] }, (0..<Self.entryCount).map { address[$0] })
  }

  private static let modeMask: UInt8 = 3 << 3
  private static let configurationBits = Bit.l | modeMask | Bit.x | Bit.w | Bit.r

  /// Reads `pmpcfg` number `index` (0…3).
  func configurationRegister(_ index: Int) -> UInt32 {
    var value: UInt32 = 0
    for byte in 0..<4 { value |= UInt32(configuration[(index & 3) * 4 + byte]) << UInt32(byte * 8) }
    return value
  }

  func isLocked(_ index: Int) -> Bool { configuration[index] & Bit.l != 0 }

  /// Whether `pmpaddr` number `index` (0…15) ignores writes: its entry is locked, or the next one is, and is TOR.
  func isAddressLocked(_ index: Int) -> Bool {
    if isLocked(index) { return true }
    guard index + 1 < Self.entryCount else { return false }
    return isLocked(index + 1) && configuration[index + 1] & Self.modeMask == 1 << 3
  }

  /// Writes `pmpcfg` number `index` (0…3); locked entries keep their value.
  mutating func setConfigurationRegister(_ index: Int, _ value: UInt32) {
    for byte in 0..<4 {
      let entry = (index & 3) * 4 + byte
      guard !isLocked(entry) else { continue }
      var new = UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)) & Self.configurationBits
      // W without R is reserved.
      if new & Bit.r == 0 { new &= ~Bit.w }
      configuration[entry] = new
    }
    update()
  }

  /// Writes `pmpaddr` number `index` (0…15); ignored when the entry, or a TOR entry above it, is locked.
  mutating func setAddressRegister(_ index: Int, _ value: UInt32) {
    let index = index & (Self.entryCount - 1)
    guard !isAddressLocked(index) else { return }
    address[index] = value
    update()
  }

  /// Whether an entry's configuration is one that a write could have left.
  static func isPossible(_ configuration: UInt8) -> Bool {
    configuration & ~configurationBits == 0 && configuration & (Bit.r | Bit.w) != Bit.w
  }

  /// Sets all registers at once, locked ones too, when restoring a snapshot: sixteen of each.
  mutating func restore(configuration: [UInt8], address: [UInt32]) {
    for index in 0..<min(Self.entryCount, configuration.count, address.count) {
      self.configuration[index] = configuration[index]
      self.address[index] = address[index]
    }
    update()
  }

  private mutating func update() {
    activeCount = 0
    hasLockedEntries = false
    dividesPages = false
    for index in 0..<Self.entryCount {
      ranges[index] = range(index)
      if configuration[index] & Bit.l != 0 { hasLockedEntries = true }
      if configuration[index] & Self.modeMask != 0 { activeCount = index + 1 }
      if (ranges[index].start | ranges[index].end) & 0xFFF != 0 { dividesPages = true }
    }
  }

  private func range(_ index: Int) -> Range {
    let value = UInt64(address[index])
    switch (configuration[index] >> 3) & 3 {
    case 1:
      let start = index == 0 ? 0 : UInt64(address[index - 1]) << 2
      // An empty range must not look like one inside of an access.
      return value << 2 > start ? Range(start: start, end: value << 2) : Range()
    case 2: return Range(start: value << 2, end: (value << 2) + 4)
    case 3:
      let trailingOnes = UInt64((~address[index]).trailingZeroBitCount)
      let size = UInt64(8) << trailingOnes
      let start = (value << 2) & ~(size - 1)
      return Range(start: start, end: start + size)
    default: return Range()
    }
  }

  private func permits(_ index: Int, _ kind: AccessKind, _ mode: PrivilegeMode) -> Bool {
    let entry = configuration[index]
    if mode == .machine, entry & Bit.l == 0 { return true }
    switch kind {
    case .fetch: return entry & Bit.x != 0
    case .load: return entry & Bit.r != 0
    case .store: return entry & Bit.w != 0
    }
  }

  /// Whether an access of `count` bytes at the physical `start` is allowed. An entry that matches only some of the
  /// bytes forbids it.
  func allows(_ kind: AccessKind, at start: UInt64, count: UInt32, mode: PrivilegeMode) -> Bool {
    let end = start + UInt64(count)
    for index in 0..<activeCount where ranges[index].start < end && start < ranges[index].end {
      guard ranges[index].start <= start, end <= ranges[index].end else { return false }
      return permits(index, kind, mode)
    }
    return mode == .machine
  }

  /// Whether some entry says anything about an access of `count` bytes at the physical `start`.
  func concerns(_ start: UInt64, count: UInt32) -> Bool {
    let end = start + UInt64(count)
    for index in 0..<activeCount where ranges[index].start < end && start < ranges[index].end { return true }
    return false
  }

  /// Whether every access inside the 4 KiB page at `page` has one and the same answer.
  func isUniform(page: UInt64) -> Bool {
    let end = page + 4096
    for index in 0..<activeCount where ranges[index].start < end && page < ranges[index].end {
      return ranges[index].start <= page && end <= ranges[index].end
    }
    return true
  }
}
