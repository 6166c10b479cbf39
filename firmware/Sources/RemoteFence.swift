// RFENCE (SBI 2.0, section 8): fences carried out on other harts.
//
// A hart asks for one fence at a time, which stands in its own record; the targets get its bit in `fenceRequesters` and
// count its `fencesOutstanding` down, and the last one rings back. While it waits it serves the others' requests, so
// that two harts that ask each other cannot block each other; no lock is involved. It sleeps rather than spins: harts
// may share a host thread, and then a hart that spins keeps from running whom it waits for.

import Synchronization

struct FenceRequest {
  enum Kind: UInt32 {
    case instructions
    case addresses
    case addressSpace
  }

  var kind: Kind
  var start: UInt32
  var size: UInt32
  var asid: UInt32

  func carryOut() {
    // Beyond this many pages one full fence costs less. All of them: size 0 with start 0, or all ones.
    let isLarge = size > 64 * 4096 || (start == 0 && size == 0)
    switch kind {
    case .instructions: fence_instructions()
    case .addresses where isLarge: fence_addresses()
    case .addressSpace where isLarge: fence_space(asid)
    case .addresses: forEachPage { fence_address($0) }
    case .addressSpace: forEachPage { fence_space_address($0, asid) }
    }
  }

  private func forEachPage(_ body: (UInt32) -> Void) {
    let first = start & ~4095
    let bytes = size &+ (start &- first)
    var done: UInt32 = 0
    while done < bytes {
      body(first &+ done)
      done &+= 4096
    }
  }
}

func callRemoteFence(_ arguments: CallArguments, hart: UInt32) -> CallResult {
  let kind: FenceRequest.Kind
  switch arguments.function {
  case 0: kind = .instructions
  case 1: kind = .addresses
  case 2: kind = .addressSpace
  default: return .failure(.notSupported)  // 3 to 6 are for hypervisors
  }
  guard let harts = HartMask(arguments.a0, base: arguments.a1) else { return .failure(.invalidParameter) }
  fence(harts, FenceRequest(kind: kind, start: arguments.a2, size: arguments.a3, asid: arguments.a4), from: hart)
  return .success()
}

func fence(_ harts: HartMask, _ request: FenceRequest, from hart: UInt32) {
  let own = record(of: hart)
  own.pointee.fence = request
  harts.forEachRunning { target in
    guard target != hart else { return request.carryOut() }
    own.pointee.fencesOutstanding.add(1, ordering: .releasing)
    record(of: target).pointee.fenceRequesters.bitwiseOr(1 &<< hart, ordering: .releasing)
    ringDoorbell(of: target)
  }
  let enabled = read_mie()
  write_mie(Interrupt.machineSoftware)
  while own.pointee.fencesOutstanding.load(ordering: .acquiring) != 0 {
    wait_for_interrupt()
    passEventsOn(hart)
  }
  write_mie(enabled)
}

/// Carries out what other harts have asked of this one.
func carryOutFences(on hart: UInt32) {
  let requesters = record(of: hart).pointee.fenceRequesters.exchange(0, ordering: .acquiring)
  guard requesters != 0 else { return }
  for requester in 0..<Layout.maximumHarts where requesters & (1 &<< requester) != 0 {
    let other = record(of: requester)
    other.pointee.fence.carryOut()
    let left = other.pointee.fencesOutstanding.subtract(1, ordering: .acquiringAndReleasing).newValue
    if left == 0 { ringDoorbell(of: requester) }
  }
}
