import CHost

/// Which instructions in a code buffer may fault because the guest's address is no memory, and where they go on then.
///
/// The handler of such a fault reads it. It is told of changes by `publish`.
final class FaultSites {
  private var sites: UnsafeMutablePointer<chost_site>
  private var capacity: Int
  private(set) var count = 0
  private let code: OpaquePointer
  /// Kept until its faults are no longer caught: afterwards its addresses may be another's.
  private let buffer: CodeBuffer

  /// Nil where faults cannot be caught.
  init?(_ buffer: CodeBuffer) {
    guard
      let code = chost_add_code(
        UnsafeRawPointer(buffer.executable), UnsafeMutableRawPointer(buffer.writable), buffer.capacity,
        Int(StateOffset.faults))
    else { return nil }
    self.code = code
    self.buffer = buffer
    capacity = 256
    sites = .allocate(capacity: capacity)
  }

  deinit {
    chost_remove_code(code)
    sites.deallocate()
  }

  /// Adds the instruction at `place`, which comes behind all that there are.
  func add(place: Int) {
    if count == capacity {
      let more = UnsafeMutablePointer<chost_site>.allocate(capacity: capacity * 2)
      more.update(from: sites, count: count)
      chost_set_sites(code, more, count)
      sites.deallocate()
      sites = more
      capacity *= 2
    }
    sites[count] = chost_site(place: UInt32(truncatingIfNeeded: place), target: 0)
    count += 1
  }

  /// Has some of them go on at `target`.
  func lead(_ first: Int, count: Int, to target: Int) {
    for index in first..<first + count { sites[index].target = UInt32(truncatingIfNeeded: target) }
  }

  /// Drops all from the given one on.
  func cut(to count: Int) { self.count = count }

  /// To follow changes, before the code runs.
  func publish() { chost_set_sites(code, sites, count) }

  var residentBytes: Int { capacity * MemoryLayout<chost_site>.stride }
}
