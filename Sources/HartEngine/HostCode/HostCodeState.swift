/// What host code made from guest code keeps in a hart's state, besides the guest's registers.
package struct HostCodeState: BitwiseCopyable {
  /// The hart, for slow paths.
  package var hart: UnsafeMutableRawPointer?
  /// The first operation that slow paths count from.
  package var operations: UnsafeMutableRawPointer?
  /// Where address 0 is in the window through which code that runs untranslated in M-mode reaches memory; nil for none.
  package var window: UnsafeMutableRawPointer?
  /// What to add to addresses that are translated: see `AddendTables`.
  package var addends: UnsafeMutablePointer<Int>?
  /// A bit for each halfword from address 0 on, of which those for RAM are there: set where decoded code lies, or did before
  /// all of it was dropped.
  package var codeHalves: UnsafeRawPointer?
  /// Where the host code for indirect jumps' targets is, in the address space and mode of instruction fetch.
  package var jumps: UnsafeMutablePointer<HostJumpEntry>?
  /// The soft TLB of instruction fetch, for instructions that cross into another page.
  package var fetches: UnsafeMutablePointer<FetchTLBEntry>?
  /// The first of all host code.
  package var code: UnsafeRawPointer?
  /// Begins host code: a C function of the state, where to begin, and what reaches memory.
  package var enter: UnsafeRawPointer?
  /// Where slow paths are: `Hart.slowPath`.
  package var slowPath: UnsafeRawPointer?
  /// Where the host's stack ends with no guest call on it, while host code runs, and below where no more calls go onto it.
  package var stackBottom: UInt = 0
  package var stackLimit: UInt = 0
  /// Where host code leaves the host's floating-point status word.
  package var floatStatus: UInt32 = 0
  /// That word when no flag has accrued: all exceptions masked, rounding to nearest even.
  package var cleanFloatStatus: UInt32 = 0x1F80
  /// Not zero once floating-point instructions have run since the status was last taken over.
  package var usedFloat: UInt32 = 0

  /// How often host code has faulted since that was last charged for: see `AddressWindow`.
  package var faults: UInt32 = 0
  /// The upper half of a boxed single, and nothing else.
  package let box: UInt64 = 0xFFFF_FFFF_0000_0000
  /// The NaNs that operations give, the single one boxed.
  package let canonicalSingle: UInt64 = 0xFFFF_FFFF_7FC0_0000
  package let canonicalDouble: UInt64 = 0x7FF8_0000_0000_0000

  package init() {}

  /// What host code returns when the hart is to interpret what comes next: no exit's number.
  package static let refused = UInt32.max
  /// The exit of an indirect jump that `jumps` does not know the target of.
  package static let unknownTarget = UInt32.max - 1
}
