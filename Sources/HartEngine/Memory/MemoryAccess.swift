import ISA
import SystemBus

/// How a memory access that missed the soft TLB ended.
enum AccessOutcome: UInt8 {
  case done
  /// Done, and the hart must look up before the next instruction: an interrupt may be due, or the code changed.
  case doneLookUp
  /// A trap has been taken; `state.pc` is its handler.
  case trapped
}

/// A loaded value and how the load ended.
struct LoadResult {
  var value: UInt64
  var outcome: AccessOutcome
}

/// What lies at a physical address.
enum Place {
  case memory(codePage: UInt32, host: UnsafeMutableRawPointer)
  case device(any Device, offset: UInt32, physical: UInt32)
}

extension Hart {
  // MARK: Loads and stores

  /// Loads 1, 2, 4 or 8 bytes at any alignment. `pc` is the instruction's address, for the trap.
  func load(_ address: UInt32, count: UInt32, pc: UInt32) -> LoadResult {
    if crossesPage(address, count) { return loadAcrossPages(address, count: count, pc: pc) }
    switch place(of: address, count: count, .load) {
    case .failure(let trap): return trapped(trap, pc)
    case .success(.memory(_, let host)): return LoadResult(value: read(host, count), outcome: afterAccess)
    case .success(.device(let device, let offset, let physical)):
      guard let value = read(device, offset, count) else {
        return trapped(Trap(.loadAccessFault, value: address), pc)
      }
      traceHash?.access(.read, hart: id, address: physical, count: count, value: value, executed: executed)
      return LoadResult(value: value, outcome: afterAccess)
    }
  }

  /// Stores the low `count` bytes of `value` at any alignment.
  func store(_ value: UInt64, at address: UInt32, count: UInt32, pc: UInt32) -> AccessOutcome {
    let index = TranslationContext.dataIndex(address)
    let watch = dataContext.watches[index]
    if watch.tag == WatchEntry.tag(address &+ count &- 1),
      let host = UnsafeMutableRawPointer(bitPattern: dataContext.data[index].addend &+ Int(address))
    {
      meter?.pointee.storesNearCode &+= 1
      // Only here does a page that lost its code get its fast stores back: code that is written again and again would
      // make every TLB be searched each time.
      if !code.holdsCode(watch.codePage) {
        code.willBeWritten(watch.codePage)
        dataContext.unwatch(address)
      }
      return write(value, to: host, count, watch.codePage, address)
    }
    if crossesPage(address, count) { return storeAcrossPages(value, at: address, count: count, pc: pc) }
    switch place(of: address, count: count, .store) {
    case .failure(let trap): return trapped(trap, pc).outcome
    case .success(.memory(let codePage, let host)): return write(value, to: host, count, codePage, address)
    case .success(.device(let device, let offset, let physical)):
      let stored = value & UInt64.max >> (64 - UInt64(count) * 8)
      traceHash?.access(.write, hart: id, address: physical, count: count, value: stored, executed: executed)
      guard write(value, to: device, offset, count) else {
        return trapped(Trap(.storeAccessFault, value: address), pc).outcome
      }
      return afterAccess
    }
  }

  /// How an access that did nothing unusual ends.
  var afterAccess: AccessOutcome {
    effortLeft &-= HostEffort.access
    return mustLookUp ? .doneLookUp : .done
  }

  private func crossesPage(_ address: UInt32, _ count: UInt32) -> Bool { (address & 0xFFF) + count > 0x1000 }

  private func trapped(_ trap: Trap, _ pc: UInt32) -> LoadResult {
    take(trap, at: pc)
    return LoadResult(value: 0, outcome: .trapped)
  }

  private func loadAcrossPages(_ address: UInt32, count: UInt32, pc: UInt32) -> LoadResult {
    var value: UInt64 = 0
    for index in 0..<count {
      let result = load(address &+ index, count: 1, pc: pc)
      if result.outcome == .trapped { return result }
      value |= (result.value & 0xFF) << UInt64(index * 8)
    }
    return LoadResult(value: value, outcome: afterAccess)
  }

  private func storeAcrossPages(_ value: UInt64, at address: UInt32, count: UInt32, pc: UInt32) -> AccessOutcome {
    // Both pages must accept the store before either is written.
    let second = (address &+ count &- 1) & ~0xFFF
    let inFirst = second &- address
    for (start, length) in [(address, inFirst), (second, count &- inFirst)] {
      if case .failure(let trap) = place(of: start, count: length, .store) { return trapped(trap, pc).outcome }
    }
    var outcome = AccessOutcome.done
    for index in 0..<count {
      let byte = store(value >> UInt64(index * 8), at: address &+ index, count: 1, pc: pc)
      if byte == .trapped { return byte }
      if byte == .doneLookUp { outcome = byte }
    }
    return outcome
  }

  // MARK: Finding what is there

  /// Translates, checks PMP, and caches the translation when the whole page may be accessed in one way.
  func place(of address: UInt32, count: UInt32, _ kind: AccessKind) -> Result<Place, Trap> {
    let translation: Translation
    switch translate(address, kind, dataContext) {
    case .failure(let trap): return .failure(trap)
    case .success(let found): translation = found
    }
    let physical = translation.physical
    let fault = Trap(kind.accessFault, value: address)
    guard pmp.allows(kind, at: physical, count: count, mode: dataContext.key.mode) else { return .failure(fault) }
    if let memory = code.locate(physical) {
      guard kind != .store || memory.isWritable else { return .failure(fault) }
      meter?.pointee.misses &+= 1
      cache(translation, address, memory.codePage, memory.host, isWritable: memory.isWritable)
      return .success(.memory(codePage: memory.codePage, host: memory.host))
    }
    let busAddress = UInt32(truncatingIfNeeded: physical)
    guard physical <= UInt64(UInt32.max),
      let found = bus.access(kind == .store ? .write : .read, at: busAddress, count: count)
    else { return .failure(fault) }
    effortLeft &-= HostEffort.device
    meter?.pointee.deviceAccesses &+= 1
    return .success(.device(found.device, offset: found.offset, physical: busAddress))
  }

  private func cache(
    _ translation: Translation, _ address: UInt32, _ codePage: UInt32, _ host: UnsafeMutableRawPointer,
    isWritable: Bool
  ) {
    let physicalPage = translation.physical & ~0xFFF
    guard pmp.isUniform(page: physicalPage) else { return }
    let mode = dataContext.key.mode
    let tag = DataTLBEntry.tag(address)
    var entry = DataTLBEntry.none
    var watch = WatchEntry(tag: 0, codePage: codePage)
    entry.addend = Int(bitPattern: host) &- Int(address)
    if translation.isReadable, pmp.allows(.load, at: physicalPage, count: 4096, mode: mode) { entry.readTag = tag }
    if translation.isWritable, isWritable, pmp.allows(.store, at: physicalPage, count: 4096, mode: mode) {
      if code.holdsCode(codePage) {
        watch.tag = WatchEntry.tag(address)
      } else {
        entry.writeTag = tag
        code.willBeWritten(codePage)
      }
    }
    effortLeft &-= dataContext.cache(entry, watch, at: address)
    if translation.isSuperpage { dataContext.noteSuperpage(at: address) }
  }

  // MARK: Memory and devices

  private func read(_ host: UnsafeMutableRawPointer, _ count: UInt32) -> UInt64 {
    switch count {
    case 1: UInt64(host.load(as: UInt8.self))
    case 2: UInt64(host.loadUnaligned(as: UInt16.self).littleEndian)
    case 4: UInt64(host.loadUnaligned(as: UInt32.self).littleEndian)
    default: host.loadUnaligned(as: UInt64.self).littleEndian
    }
  }

  private func write(
    _ value: UInt64, to host: UnsafeMutableRawPointer, _ count: UInt32, _ codePage: UInt32, _ address: UInt32
  ) -> AccessOutcome {
    switch count {
    case 1: host.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
    case 2: host.storeBytes(of: UInt16(truncatingIfNeeded: value).littleEndian, as: UInt16.self)
    case 4: host.storeBytes(of: UInt32(truncatingIfNeeded: value).littleEndian, as: UInt32.self)
    default: host.storeBytes(of: value.littleEndian, as: UInt64.self)
    }
    let changed = codeChanged(codePage: codePage, offset: address & 0xFFF, count: count)
    return changed ? .doneLookUp : afterAccess
  }

  private func read(_ device: any Device, _ offset: UInt32, _ count: UInt32) -> UInt64? {
    if count == 8 {
      guard let low = read(device, offset, 4), let high = read(device, offset + 4, 4) else { return nil }
      return high << 32 | low
    }
    guard let width = AccessWidth(rawValue: UInt8(truncatingIfNeeded: count)) else { return nil }
    do { return UInt64(try device.read(at: offset, width: width)) } catch { return nil }
  }

  private func write(_ value: UInt64, to device: any Device, _ offset: UInt32, _ count: UInt32) -> Bool {
    if count == 8 {
      return write(value & 0xFFFF_FFFF, to: device, offset, 4) && write(value >> 32, to: device, offset + 4, 4)
    }
    guard let width = AccessWidth(rawValue: UInt8(truncatingIfNeeded: count)) else { return false }
    let mask = UInt64.max >> (64 - UInt64(count) * 8)
    do {
      try device.write(UInt32(truncatingIfNeeded: value & mask), at: offset, width: width)
      return true
    } catch { return false }
  }
}
