import Boards

/// What is in a file besides RAM.
package struct SnapshotContents {
  /// As `MachineSnapshot.encoded` made it.
  package var machine: [UInt8]
  /// What was typed on the console and had not reached the UART.
  package var typed: [UInt8]
}

/// A guest as a snapshot file keeps it: its machine, and what stands beside it.
public struct SavedGuest: Sendable {
  public var machine: MachineSnapshot
  /// What was typed on the console and had not reached the UART.
  public var typed: [UInt8] = []
  /// What it was booted from, for people.
  public var origin = ""
  /// Sections that others add, by names of 1 to 16 lower-case letters, digits and hyphens; at most `noteLimit` bytes each,
  /// and 32 of them.
  public var notes: [String: [UInt8]] = [:]

  /// Bytes of a note.
  public static let noteLimit = 64 << 20

  public init(_ machine: MachineSnapshot) { self.machine = machine }
}
