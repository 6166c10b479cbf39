/// What a hart has done since it was made: resets and restored states change nothing here, and no guest sees it.
public struct HartTally: Sendable {
  /// Instructions retired.
  public internal(set) var instructions: UInt64 = 0
  /// Exceptions by cause (privileged specification, table "Machine cause register values"); none is above 15.
  public internal(set) var traps: InlineArray<16, UInt64> = .init(repeating: 0)
  /// Interrupts by number.
  public internal(set) var interrupts: InlineArray<16, UInt64> = .init(repeating: 0)
  /// Times the hart went to wait for an interrupt.
  public internal(set) var waits: UInt64 = 0
}
