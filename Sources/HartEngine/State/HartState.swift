import ISA

/// The part of a hart that engines touch on every instruction, in one block of memory with fixed offsets.
///
/// Everything that changes rarely (PMP, translation control) lives in `Hart`.
package struct HartState: BitwiseCopyable {
  /// Its address is a multiple of this many bytes, so that host code knows the last bits of it.
  static let alignment = 64

  /// x0…x31; x0 stays zero because blocks send writes to it to `HartState.sink`.
  package var x: InlineArray<33, UInt32>
  /// f0…f31, single-precision values NaN-boxed.
  package var f: InlineArray<32, UInt64>
  /// Address of the next instruction, valid whenever no block is being executed.
  package var pc: UInt32
  /// Instructions that may still run before the hart must look up from its blocks. Negative only for an instant.
  package var budget: Int32
  /// Accrued exception flags, `fflags`.
  package var fflags: UInt32
  /// Dynamic rounding mode, `frm`: 0…7, of which 5…7 are invalid to use.
  package var frm: UInt32
  /// False while `mstatus.FS` is Off.
  package var floatEnabled: Bool
  /// Set by every write to floating-point state; `mstatus.FS` then reads Dirty.
  package var floatDirty: Bool
  /// Bits that must be clear in an instruction address: 1 with the C extension, else 3 (bit 0 is cleared anyway).
  package var fetchAlignmentMask: UInt32
  /// Physical address of the current LR reservation, or `HartState.noReservation`.
  package var reservation: UInt64
  /// Soft TLB of the address space and mode that loads and stores use now.
  package var dataTLB: UnsafeMutablePointer<DataTLBEntry>
  /// Jump cache of the address space and mode that instruction fetch uses now.
  package var jumpCache: UnsafeMutablePointer<JumpCacheEntry>
  /// What host code needs besides.
  package var host = HostCodeState()
  package var csr = ControlRegisters()
  /// The current privilege mode, as in `PrivilegeMode`.
  package var privilege = PrivilegeMode.machine.rawValue

  /// Where x0 lies, and the others behind it.
  static func registers(of state: UnsafeMutablePointer<HartState>) -> UnsafePointer<UInt32> {
    UnsafeRawPointer(state).advanced(by: registersOffset).assumingMemoryBound(to: UInt32.self)
  }
  private static let registersOffset = MemoryLayout<HartState>.offset(of: \.x) ?? 0

  /// Register index that absorbs writes to x0.
  package static let sink: UInt8 = 32
  static let noReservation: UInt64 = .max
}

/// A privilege mode, by its encoding in `mstatus.MPP`.
@frozen public enum PrivilegeMode: UInt8, Sendable, Comparable {
  case user = 0
  case supervisor = 1
  case machine = 3

  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
