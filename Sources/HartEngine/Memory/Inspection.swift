import ISA
import SystemBus

// Looking at a guest from outside: nothing here changes what the guest sees. No A or D bit is set, no device is read, and
// nothing is cached.

/// What an access to a virtual address would meet.
package enum AccessProspect: Equatable, Sendable {
  case memory(physical: UInt32)
  case device(physical: UInt32)
  case fault(Obstacle)

  /// Why an access would fault.
  package enum Obstacle: Equatable, Sendable {
    /// The page table has no page there, or an entry that is malformed.
    case noPage
    /// There is a page, but not for this kind of access.
    case noPermission
    /// There is a page, but not for this mode: U-mode needs its U bit set, S-mode needs it clear.
    case otherMode
    /// The page's A or D bit is clear, and the hart is to leave them alone.
    case notMarked
    /// The page table itself is not in memory.
    case noPageTable(physical: UInt64)
    /// No entry of physical memory protection matches, which denies all to S-mode and U-mode.
    case noProtectionEntry(physical: UInt64)
    /// Physical memory protection denies it.
    case protected(physical: UInt64)
    /// There is neither memory nor a device.
    case nothing(physical: UInt64)
  }
}

extension Hart {
  private enum Walk {
    /// The leaf that maps the address; nil without translation.
    case page(entry: UInt32?, physical: UInt64)
    case obstacle(AccessProspect.Obstacle)
  }

  /// Whether addresses of `mode` are translated now.
  package func translates(in mode: PrivilegeMode) -> Bool { mode != .machine && csr.satp >> 31 != 0 }

  private func walk(_ address: UInt32, in mode: PrivilegeMode) -> Walk {
    guard translates(in: mode) else { return .page(entry: nil, physical: UInt64(address)) }
    var table = UInt64(csr.satp & 0x3F_FFFF) << 12
    for level in [1, 0] as [UInt64] {
      let slot = table + (UInt64(address) >> (12 + 10 * level) & 0x3FF) * 4
      guard let place = code.locate(slot) else { return .obstacle(.noPageTable(physical: slot)) }
      let entry = place.host.loadUnaligned(as: UInt32.self).littleEndian
      guard entry & PTE.v != 0, entry & (PTE.r | PTE.w) != PTE.w else { return .obstacle(.noPage) }
      guard entry & (PTE.r | PTE.x) != 0 else {
        table = UInt64(entry >> 10) << 12
        continue
      }
      // A 4 MiB page must lie on such a boundary.
      if level == 1, entry >> 10 & 0x3FF != 0 { return .obstacle(.noPage) }
      let offset = UInt64(address) & (level == 1 ? 0x3F_FFFF : 0xFFF)
      return .page(entry: entry, physical: UInt64(entry >> 10) << 12 + offset)
    }
    return .obstacle(.noPage)
  }

  /// What an access of `count` bytes at `address`, all in one page, would meet in `mode`, under the present `satp`,
  /// `mstatus` and PMP.
  package func prospect(
    of address: UInt32, _ kind: AccessKind, count: UInt32 = 1, in mode: PrivilegeMode
  ) -> AccessProspect {
    switch walk(address, in: mode) {
    case .obstacle(let obstacle): return .fault(obstacle)
    case .page(let entry, let physical):
      if let entry, let obstacle = obstacle(entry, kind, mode) { return .fault(obstacle) }
      guard pmp.allows(kind, at: physical, count: count, mode: mode) else {
        let isConcerned = pmp.concerns(physical, count: count)
        return .fault(isConcerned ? .protected(physical: physical) : .noProtectionEntry(physical: physical))
      }
      guard let low = UInt32(exactly: physical) else { return .fault(.nothing(physical: physical)) }
      if let memory = code.locate(physical) {
        return kind == .store && !memory.isWritable ? .fault(.nothing(physical: physical)) : .memory(physical: low)
      }
      let isDevice = kind != .fetch && bus.device(at: low, count: count) != nil
      return isDevice ? .device(physical: low) : .fault(.nothing(physical: physical))
    }
  }

  private func obstacle(_ entry: UInt32, _ kind: AccessKind, _ mode: PrivilegeMode) -> AccessProspect.Obstacle? {
    let isUserPage = entry & PTE.u != 0
    let seesUserPages = kind != .fetch && csr.status & Status.sum != 0
    guard mode == .user ? isUserPage : !isUserPage || seesUserPages else { return .otherMode }
    let wanted =
      switch kind {
      case .fetch: PTE.x
      case .load: csr.status & Status.mxr != 0 ? PTE.r | PTE.x : PTE.r
      case .store: PTE.w
      }
    guard entry & wanted != 0 else { return .noPermission }
    let marks = kind == .store ? PTE.a | PTE.d : PTE.a
    let leavesMarks = csr.environmentHigh & EnvironmentConfiguration.adue == 0
    return leavesMarks && entry & marks != marks ? .notMarked : nil
  }

  /// Bytes at a virtual address of `mode`, whatever its pages permit; nil unless all of them are in memory.
  package func inspect(_ address: UInt32, count: Int, in mode: PrivilegeMode) -> [UInt8]? {
    var bytes: [UInt8] = []
    guard count >= 0 else { return nil }
    bytes.reserveCapacity(min(count, 1 << 16))
    var position = address
    while bytes.count < count {
      guard case .page(_, let physical) = walk(position, in: mode) else { return nil }
      let here = min(count - bytes.count, 4096 - Int(position & 0xFFF))
      guard let low = UInt32(exactly: physical), let memory = bus.memory(at: low, count: here),
        let part = memory.read(at: low, count: here)
      else { return nil }
      bytes += part
      position &+= UInt32(truncatingIfNeeded: here)
    }
    return bytes
  }

  /// The word at a virtual address of `mode`, at any alignment; nil unless it is in memory.
  package func inspectWord(_ address: UInt32, in mode: PrivilegeMode) -> UInt32? {
    inspect(address, count: 4, in: mode).map { $0.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
  }

  /// The instruction at a virtual address of `mode`, decoded, and its bits; nil unless it is in memory.
  package func inspectInstruction(at address: UInt32, in mode: PrivilegeMode) -> (
    instruction: Instruction, bits: UInt32
  )? {
    // The second half of a long one may lie in a page of its own.
    guard let low = inspect(address, count: 2, in: mode).map({ UInt32($0[1]) << 8 | UInt32($0[0]) }) else { return nil }
    var bits = low
    if low & 3 == 3 {
      guard let high = inspect(address &+ 2, count: 2, in: mode) else { return nil }
      bits |= UInt32(high[0]) << 16 | UInt32(high[1]) << 24
    }
    return (decoder.decode(bits), bits)
  }
}
