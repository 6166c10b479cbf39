/// The interrupt inputs of one hart, named by their bit in `mip` (privileged specification, section 3.1.9).
@frozen public enum HartInterrupt: UInt32, Sendable, CaseIterable {
  case machineSoftware = 3
  case machineTimer = 7
  case supervisorExternal = 9
  case machineExternal = 11
}

/// The wires between the interrupt controllers and one hart. Controllers drive them; the hart reads `lines`.
public final class HartPins {
  /// Level of each input, at its bit of `mip`.
  public var lines: UInt32 { levels }
  // Other modules would check the exclusivity of a stored property all the same.
  @exclusivity(unchecked) private var levels: UInt32 = 0
  /// Called whenever `lines` changes, so that a running hart looks at it before its next block.
  public var onChange: (() -> Void)?

  public init() {}

  public func set(_ interrupt: HartInterrupt, to level: Bool) {
    let bit = UInt32(1) << interrupt.rawValue
    let new = level ? levels | bit : levels & ~bit
    guard new != levels else { return }
    levels = new
    onChange?()
  }

  /// Replaces all levels, when restoring a snapshot.
  public func restore(lines: UInt32) { levels = lines }
}

/// One level-triggered wire from a device to an interrupt controller.
public final class InterruptLine {
  public private(set) var level = false
  private let sink: (Bool) -> Void

  /// - Parameter sink: told of each change of level.
  public init(_ sink: @escaping (Bool) -> Void) { self.sink = sink }

  public func set(_ level: Bool) {
    guard level != self.level else { return }
    self.level = level
    sink(level)
  }
}
