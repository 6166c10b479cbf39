import Boards
import HartEngine
import Peripherals

/// Finds the first instruction after which two machines differ, by running them from the start again and again: what
/// engines keep about code is then the same each time.
public struct LockstepInvestigation {
  /// What was run, in words.
  let title: String
  let setting: LockstepSetting
  /// Where the run that failed compared, in instructions executed; the last one is where it failed.
  let targets: [UInt64]
  let make: (EngineChoice, any ConsoleSink) throws -> VirtMachine

  /// - Parameter make: makes a machine at its start.
  public init(
    _ title: String, setting: LockstepSetting, targets: [UInt64],
    make: @escaping (EngineChoice, any ConsoleSink) throws -> VirtMachine
  ) {
    self.title = title
    self.setting = setting
    self.targets = targets
    self.make = make
  }

  /// The last number of instructions after which the machines were alike, and the first after which they are not.
  public struct Place: Sendable {
    /// What was compared before.
    public var prefix: [UInt64]
    public var same: UInt64
    public var different: UInt64
  }

  /// The place; nil if the machines do not differ when run again.
  func find() throws -> Place? {
    let pair = try LockstepPair(setting, make)
    var same: UInt64 = 0
    for (index, target) in targets.enumerated() {
      pair.run(to: target)
      if !pair.isSame(includingMemory: true) {
        return try narrow(Place(prefix: Array(targets[..<index]), same: same, different: target))
      }
      same = target
    }
    return nil
  }

  private func narrow(_ whole: Place) throws -> Place {
    var place = whole
    while place.different - place.same > 1 {
      let middle = place.same + (place.different - place.same) / 2
      if try pair(place.prefix, to: middle).isSame(includingMemory: true) {
        place.same = middle
      } else {
        place.different = middle
      }
    }
    return place
  }

  /// The machines as they were after so many instructions.
  func pair(_ prefix: [UInt64], to target: UInt64) throws -> LockstepPair {
    let pair = try LockstepPair(setting, make)
    for earlier in prefix { pair.run(to: earlier) }
    pair.run(to: target)
    return pair
  }

  /// What is to be known about the difference.
  public func report() throws -> [String] {
    guard let place = try find() else {
      return [
        "\(title): the machines differed after \(targets.last ?? 0) instructions, but not when run again: "
          + "an engine's behaviour depends on more than its input"
      ]
    }
    return try LockstepReport(self, place).lines()
  }
}
