import CHost

/// Which instructions in a code buffer may fault because the guest's address is no memory, and where they go on then.
///
/// The handler of such a fault reads it. It looks for an instruction's place by halves, so a table has to be in ascending
/// order. Memory of each kind of code is taken in that order, but not that of both together: so there are two tables, and
/// nothing ever has to be sorted or moved. Those of the region that is being made are apart until it is known to fit.
final class FaultSites {
  // None of its functions changes one of these three while it calls another.
  @exclusivity(unchecked) private var new = Table(capacity: 64)
  @exclusivity(unchecked) private var often = Table(capacity: 128)
  @exclusivity(unchecked) private var rare = Table(capacity: 128)
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
  }

  deinit { chost_remove_code(code) }

  /// How many there are of the region that is being made.
  var count: Int { new.count }

  /// Adds the instruction at `place`.
  func add(place: Int) { new.append(chost_site(place: UInt32(truncatingIfNeeded: place), target: 0)) }

  /// Has some of them go on at `target`.
  func lead(_ first: Int, count: Int, to target: Int) {
    for index in first..<first + count { new.sites[index].target = UInt32(truncatingIfNeeded: target) }
  }

  /// Drops those of the region that was being made.
  func forgetNew() { new.count = 0 }

  /// Keeps them. To come before the code runs.
  /// - Parameter range: offsets of what is run often; the rest is rare. In both they come behind all that there are.
  func publish(often range: Range<Int>) {
    for index in 0..<new.count {
      let site = new.sites[index]
      if range.contains(Int(site.place)) { often.append(site) } else { rare.append(site) }
    }
    forgetNew()
    tell()
  }

  func removeAll() {
    forgetNew()
    often.count = 0
    rare.count = 0
    tell()
  }

  private func tell() {
    chost_set_sites(code, 0, often.sites, often.count)
    chost_set_sites(code, 1, rare.sites, rare.count)
  }

  var residentBytes: Int { (new.capacity + often.capacity + rare.capacity) * MemoryLayout<chost_site>.stride }

  private struct Table: ~Copyable {
    private(set) var sites: UnsafeMutablePointer<chost_site>
    private(set) var capacity: Int
    var count = 0

    init(capacity: Int) {
      self.capacity = capacity
      sites = .allocate(capacity: capacity)
    }

    deinit { sites.deallocate() }

    mutating func append(_ site: chost_site) {
      if count == capacity {
        let more = UnsafeMutablePointer<chost_site>.allocate(capacity: capacity * 2)
        more.update(from: sites, count: count)
        sites.deallocate()
        sites = more
        capacity *= 2
      }
      sites[count] = site
      count += 1
    }
  }
}
