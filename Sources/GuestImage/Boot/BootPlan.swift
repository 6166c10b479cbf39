/// What is in RAM when the hart leaves reset, and where everybody finds it.
public struct BootPlan: Sendable {
  /// Bytes for RAM, followed by zeroes.
  public struct Piece: Equatable, Sendable {
    public let address: UInt32
    public let bytes: ArraySlice<UInt8>
    /// Zero bytes after `bytes`.
    public let zeroFill: UInt32
    /// The file and, where it has several, the segment.
    public let name: String

    public var range: Range<UInt64> {
      UInt64(address)..<(UInt64(address) + UInt64(bytes.count) + UInt64(zeroFill))
    }
  }

  public enum Mode: Sendable { case machine, supervisor }

  public enum Firmware: Equatable, Sendable {
    case none, builtin
    case file(String)
  }

  /// In ascending order of address; no two overlap, and all lie inside RAM.
  public let pieces: [Piece]
  public let firmware: Firmware
  /// Where the hart goes from the boot ROM, in M-mode: into the firmware if there is one, else into the kernel.
  public let resetEntry: UInt32
  /// The kernel's first instruction, as a physical address; what a firmware is told to start.
  public let kernelEntry: UInt32
  /// The mode of the kernel's first instruction: M without firmware, S under it.
  public let kernelMode: Mode
  /// The kernel in memory, its zero-initialised data included.
  public let kernelRange: Range<UInt64>
  public let initrdRange: Range<UInt64>?
  /// Where the device tree goes; `nil` if there is none.
  public let deviceTreeAddress: UInt32?
  public let arguments: String
}
