/// Host addresses for all 4 GiB that a guest can address, around a piece of its memory: host code reaches that memory with
/// the guest's own addresses, and all else faults.
///
/// In front of them there is a byte for each 64 bytes of the guest's addresses, of which those for the memory can be
/// mapped.
package struct AddressWindow {
  /// Where the guest's address 0 would be. `GuestMemory.guardSize` bytes in front of it and behind the last address can
  /// never be accessed.
  package let start: UnsafeMutableRawPointer
  /// The byte for the memory's first line.
  package let lines: UnsafeMutableRawPointer

  /// Where the byte for line 0 is, from `start` on: in front of the guard.
  package static let linesOffset = -Int(GuestMemory.guardSize) - lineCount
  private static let lineCount = 1 << (32 - lineShift)
  /// A line of 64 bytes.
  package static let lineShift = 6

  init(around memory: UnsafeMutableRawPointer, base: UInt32, size: Int) {
    start = memory - Int(base)
    lines = start + Self.linesOffset + Int(base) >> Self.lineShift
  }

  /// What has to be free in front of a memory and behind it; nil where addresses have too few bits, or it ends beyond
  /// the guest's.
  static func room(base: UInt32, size: Int) -> (before: Int, after: Int)? {
    #if arch(x86_64) && os(Linux)
      guard size <= (1 << 32) - Int(base) else { return nil }
      return (Int(base) + GuestMemory.guardSize + lineCount, (1 << 32) - Int(base) - size)
    #else
      return nil
    #endif
  }

  /// What a window takes of the host's addresses, in bytes, beside the memory itself.
  package static let size = (1 << 32) + lineCount + 3 * GuestMemory.guardSize
}
