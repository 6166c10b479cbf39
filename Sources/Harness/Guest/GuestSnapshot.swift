import Boards

/// A guest that is tested, at one moment.
public struct GuestSnapshot: Sendable {
  public var files: GuestFiles
  public var machine: MachineSnapshot
  public var transcript = Transcript()
  /// What was typed and the guest has not read.
  public var typed: [UInt8] = []
  public var isOff = false
  public var isPaused = false

  public init(files: GuestFiles, machine: MachineSnapshot) {
    self.files = files
    self.machine = machine
  }
}
