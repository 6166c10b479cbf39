import ISA
import SystemBus

extension Hart {
  /// `lr.w`: loads an aligned word and reserves it.
  @inline(never) func loadReserved(_ address: UInt32, pc: UInt32) -> LoadResult {
    switch atomicPlace(of: address, .load) {
    case .failure(let trap):
      take(trap, at: pc)
      return LoadResult(value: 0, outcome: .trapped)
    case .success(let word):
      state.pointee.reservation = word.key
      return LoadResult(value: UInt64(word.host.load(as: UInt32.self).littleEndian), outcome: afterAccess)
    }
  }

  /// `sc.w`: stores if the reservation still holds. The value of the result goes to `rd`: 0 for success, else 1.
  @inline(never) func storeConditional(_ value: UInt32, at address: UInt32, pc: UInt32) -> LoadResult {
    switch atomicPlace(of: address, .store) {
    case .failure(let trap):
      take(trap, at: pc)
      return LoadResult(value: 0, outcome: .trapped)
    case .success(let word):
      let holds = state.pointee.reservation == word.key
      state.pointee.reservation = HartState.noReservation
      guard holds else { return LoadResult(value: 1, outcome: afterAccess) }
      return LoadResult(value: 0, outcome: write(value, to: word, address))
    }
  }

  /// A read-modify-write of an aligned word. The value of the result is what memory held.
  @inline(never) func atomic(_ operation: AtomicOperation, _ operand: UInt32, at address: UInt32, pc: UInt32)
    -> LoadResult
  {
    switch atomicPlace(of: address, .store) {
    case .failure(let trap):
      take(trap, at: pc)
      return LoadResult(value: 0, outcome: .trapped)
    case .success(let word):
      let old = word.host.load(as: UInt32.self).littleEndian
      return LoadResult(value: UInt64(old), outcome: write(operation.combine(old, operand), to: word, address))
    }
  }

  private struct AtomicWord {
    var host: UnsafeMutableRawPointer
    var codePage: UInt32
    /// Identifies the word for reservations, across virtual addresses.
    var key: UInt64
  }

  private func atomicPlace(of address: UInt32, _ kind: AccessKind) -> Result<AtomicWord, Trap> {
    guard address & 3 == 0 else { return .failure(Trap(kind.misaligned, value: address)) }
    switch place(of: address, count: 4, kind) {
    case .failure(let trap): return .failure(trap)
    case .success(.device): return .failure(Trap(kind.accessFault, value: address))
    case .success(.memory(let codePage, let host)):
      return .success(
        AtomicWord(host: host, codePage: codePage, key: UInt64(codePage) << 12 | UInt64(address & 0xFFF)))
    }
  }

  private func write(_ value: UInt32, to word: AtomicWord, _ address: UInt32) -> AccessOutcome {
    word.host.storeBytes(of: value.littleEndian, as: UInt32.self)
    let changed = codeChanged(codePage: word.codePage, offset: address & 0xFFF, count: 4)
    return changed ? .doneLookUp : afterAccess
  }
}

extension AtomicOperation {
  /// What an AMO stores, given what memory held and its operand.
  @inline(__always) func combine(_ old: UInt32, _ operand: UInt32) -> UInt32 {
    switch self {
    case .swap: operand
    case .add: old &+ operand
    case .xor: old ^ operand
    case .and: old & operand
    case .or: old | operand
    case .minSigned: Int32(bitPattern: old) < Int32(bitPattern: operand) ? old : operand
    case .maxSigned: Int32(bitPattern: old) > Int32(bitPattern: operand) ? old : operand
    case .minUnsigned: min(old, operand)
    case .maxUnsigned: max(old, operand)
    }
  }
}
