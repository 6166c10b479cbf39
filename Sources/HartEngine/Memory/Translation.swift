import ISA
import SystemBus

/// Where a virtual address leads.
struct Translation {
  /// Physical address, 34 bits.
  var physical: UInt64
  /// Whether a store may use the same translation (page writable and already marked dirty).
  var isWritable: Bool
  /// Whether a load may use it.
  var isReadable: Bool
  var isSuperpage: Bool
}

extension Hart {
  /// Bits of a page table entry (privileged specification, section 12.3).
  enum PTE {
    static let v: UInt32 = 1
    static let r: UInt32 = 2
    static let w: UInt32 = 4
    static let x: UInt32 = 8
    static let u: UInt32 = 16
    static let a: UInt32 = 64
    static let d: UInt32 = 128
  }

  /// The mode that loads and stores are checked in: `mstatus.MPP` while `mstatus.MPRV` is set, else the current one.
  var dataMode: PrivilegeMode {
    guard csr.status & Status.mprv != 0 else { return mode }
    return PrivilegeMode(rawValue: UInt8(truncatingIfNeeded: (csr.status & Status.mpp) >> 11)) ?? .user
  }

  /// Chooses the cached translations for the current mode, `satp` and `mstatus`. To be called after each change of them.
  func updateContexts() {
    let satp = csr.satp >> 31 != 0 ? csr.satp : 0
    let code = context(for: ContextKey(satp: mode == .machine ? 0 : satp, mode: mode, sum: false, mxr: false))
    var data = code
    // Mostly data is reached as code is.
    if csr.status & (Status.mprv | Status.sum | Status.mxr) != 0 {
      let dataMode = dataMode
      let isTranslated = satp != 0 && dataMode != .machine
      data = context(
        for: ContextKey(
          satp: isTranslated ? satp : 0, mode: dataMode,
          sum: isTranslated && dataMode == .supervisor && csr.status & Status.sum != 0,
          mxr: isTranslated && csr.status & Status.mxr != 0))
    }
    if code != codeIndex {
      codeIndex = code
      codeContext = contexts[code]
      state.pointee.jumpCache = codeContext.jumps
      state.pointee.host.jumps = codeContext.hostJumps
      state.pointee.host.fetches = codeContext.fetches
    }
    if data != dataIndex {
      dataIndex = data
      dataContext = contexts[data]
      state.pointee.dataTLB = dataContext.data
      state.pointee.host.addends = dataContext.addends.entries
    }
  }

  /// The index of the context for `key`.
  private func context(for key: ContextKey) -> Int {
    contextClock &+= 1
    let packed = key.packed
    for index in 0..<contextCount where contextKeys[index] == packed {
      contextUses[index] = contextClock
      return index
    }
    return newContext(for: key)
  }

  @inline(never) private func newContext(for key: ContextKey) -> Int {
    let index = contexts.count < contextKeys.count ? contexts.count : leastRecentlyUsedContext
    if index == contexts.count {
      contexts.append(TranslationContext(key: key, memory: translationMemory, index: index))
      contextCount = contexts.count
    } else {
      drop(contexts[index])
      contexts[index].key = key
    }
    contextKeys[index] = key.packed
    contextUses[index] = contextClock
    return index
  }

  private var leastRecentlyUsedContext: Int {
    var oldest = 0
    for index in 1..<contexts.count where contextUses[index] < contextUses[oldest] { oldest = index }
    return oldest
  }

  /// Drops cached translations as `sfence.vma` demands (privileged specification, section 4.2.1).
  /// - Parameters:
  ///   - address: only for the leaf page of this address, when given.
  ///   - asid: only for this address space, when given.
  func flushTranslations(address: UInt32?, asid: UInt32?) {
    for context in contexts where context.key.satp != 0 {
      if let asid, (context.key.satp >> 22) & 0x1FF != asid { continue }
      if let address {
        effortLeft &-= HostEffort.access
        context.flush(address: address)
      } else {
        drop(context)
      }
    }
  }

  private func drop(_ context: TranslationContext) {
    if !context.isClean {
      effortLeft &-= HostEffort.flush &+ context.hostJumpPageCount &* HostEffort.hostJumpPage
    }
    context.flush()
  }

  /// Drops every cached translation, as after a change of PMP.
  func flushAllTranslations() { for context in contexts { drop(context) } }

  /// Translates `address` and checks permissions, but not PMP for the access itself. Sets A and D bits as needed.
  func translate(_ address: UInt32, _ kind: AccessKind, _ context: TranslationContext) -> Result<Translation, Trap> {
    let key = context.key
    guard key.satp != 0 else {
      return .success(
        Translation(physical: UInt64(address), isWritable: true, isReadable: true, isSuperpage: false))
    }
    let root = UInt64(key.satp & 0x3F_FFFF) << 12
    let first = root + UInt64(address >> 22) * 4
    switch entry(at: first, address, kind) {
    case .failure(let trap): return .failure(trap)
    case .success(let pte):
      let isLeaf = pte & (PTE.r | PTE.x) != 0
      guard pte & PTE.v != 0, pte & (PTE.r | PTE.w) != PTE.w else { return pageFault(address, kind) }
      if isLeaf {
        // A 4 MiB page whose low PPN bits are not zero is misaligned.
        guard (pte >> 10) & 0x3FF == 0 else { return pageFault(address, kind) }
        let physical = UInt64(pte >> 20) << 22 | UInt64(address & 0x3F_FFFF)
        return leaf(pte, at: first, physical, address, kind, key, isSuperpage: true)
      }
      guard pte & (PTE.a | PTE.d | PTE.u) == 0 else { return pageFault(address, kind) }
      let second = (UInt64(pte >> 10) << 12) + UInt64((address >> 12) & 0x3FF) * 4
      switch entry(at: second, address, kind) {
      case .failure(let trap): return .failure(trap)
      case .success(let pte):
        guard pte & PTE.v != 0, pte & (PTE.r | PTE.x) != 0, pte & (PTE.r | PTE.w) != PTE.w else {
          return pageFault(address, kind)
        }
        let physical = UInt64(pte >> 10) << 12 | UInt64(address & 0xFFF)
        return leaf(pte, at: second, physical, address, kind, key, isSuperpage: false)
      }
    }
  }

  private func pageFault(_ address: UInt32, _ kind: AccessKind) -> Result<Translation, Trap> {
    .failure(Trap(kind.pageFault, value: address))
  }

  /// Reads a page-table entry; PMP applies to it as to an S-mode load.
  private func entry(at physical: UInt64, _ address: UInt32, _ kind: AccessKind) -> Result<UInt32, Trap> {
    guard pmp.allows(.load, at: physical, count: 4, mode: .supervisor), let place = code.locate(physical) else {
      return .failure(Trap(kind.accessFault, value: address))
    }
    return .success(place.host.loadUnaligned(as: UInt32.self).littleEndian)
  }

  private func leaf(
    _ pte: UInt32, at location: UInt64, _ physical: UInt64, _ address: UInt32, _ kind: AccessKind, _ key: ContextKey,
    isSuperpage: Bool
  ) -> Result<Translation, Trap> {
    let isUserPage = pte & PTE.u != 0
    let modeAllows = key.mode == .user ? isUserPage : !isUserPage || (kind != .fetch && key.sum)
    let isReadable = pte & PTE.r != 0 || (key.mxr && pte & PTE.x != 0)
    let kindAllows =
      switch kind {
      case .fetch: pte & PTE.x != 0
      case .load: isReadable
      case .store: pte & PTE.w != 0
      }
    guard modeAllows, kindAllows else { return pageFault(address, kind) }
    let wanted = pte | PTE.a | (kind == .store ? PTE.d : 0)
    if wanted != pte {
      guard csr.environmentHigh & EnvironmentConfiguration.adue != 0 else { return pageFault(address, kind) }
      guard pmp.allows(.store, at: location, count: 4, mode: .supervisor), let place = code.locate(location),
        place.isWritable
      else { return .failure(Trap(kind.accessFault, value: address)) }
      place.host.storeBytes(of: wanted.littleEndian, as: UInt32.self)
      // Whoever is running what was there must not go on in it.
      if codeChanged(codePage: place.codePage, offset: UInt32(truncatingIfNeeded: location & 0xFFF), count: 4) {
        attention = true
      }
    }
    return .success(
      Translation(
        physical: physical, isWritable: wanted & PTE.w != 0 && wanted & PTE.d != 0, isReadable: isReadable,
        isSuperpage: isSuperpage))
  }
}
