/// What slow paths cost the host, in units of about ten nanoseconds.
///
/// A guest can make an instruction cost a thousand times what the one before did. Whoever runs a hart for some time of
/// the host's therefore limits not only the instructions of a run but also this.
enum HostEffort {
  /// Finding the next block.
  static let lookUp = 1
  /// A load, store or atomic outside of the soft TLB's fast path.
  static let access = 4
  /// An access to a device, beyond that.
  static let device = 8
  static let trap = 4
  /// An instruction that host code leaves to the hart, beyond what it does.
  static let outside = 5
  /// A fault of host code where it reaches no memory: the host's kernel is entered and left twice.
  static let fault = 200
  /// Decoding a block of ordinary length.
  static let decode = 30
  /// Dropping what is cached for one address space.
  static let flush = 100
  /// The host's first use of a page of its memory.
  static let newPage = 100
  /// Giving memory of `AddendTables` back to the host.
  static let release = 3000
  /// Dropping where the host code of one guest page is, beyond that.
  static let hostJumpPage = 6

  /// More than any run can use.
  static let unlimited = Int.max
}
