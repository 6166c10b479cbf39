import Boards
import HartEngine
import Peripherals

/// Finds the first instruction after which two machines differ, by running them from the start again and again: what
/// engines keep about code is then the same each time.
public struct LockstepInvestigation {
  /// What was run, in words.
  let title: String
  let setting: LockstepSetting
  /// What the run that failed did between comparisons; after the last step it failed.
  let steps: [LockstepAdvance]
  let make: (EngineChoice, any ConsoleSink) throws -> VirtMachine

  /// - Parameter make: makes a machine at its start.
  public init(
    _ title: String, setting: LockstepSetting, steps: [LockstepAdvance],
    make: @escaping (EngineChoice, any ConsoleSink) throws -> VirtMachine
  ) {
    self.title = title
    self.setting = setting
    self.steps = steps
    self.make = make
  }

  /// The last number of instructions after which the machines were alike, and the first after which they are not.
  public struct Place: Sendable {
    /// What was done before.
    public var prefix: [LockstepAdvance]
    /// When the machines were compared before, in instructions.
    public var start: UInt64
    public var same: UInt64
    public var different: UInt64
  }

  /// The place; nil if the machines do not differ when run again.
  func find() throws -> Place? {
    let pair = try LockstepPair(setting, make)
    var same: UInt64 = 0
    for (index, step) in steps.enumerated() {
      pair.advance(step)
      if !pair.isSame(includingMemory: true) {
        let place = Place(prefix: Array(steps[..<index]), start: same, same: same, different: pair.executed)
        return try narrow(place)
      }
      same = pair.executed
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
  func pair(_ prefix: [LockstepAdvance], to target: UInt64) throws -> LockstepPair {
    let pair = try LockstepPair(setting, make)
    for earlier in prefix { pair.advance(earlier) }
    pair.advance(.instructions(target))
    return pair
  }

  /// What is to be known about the difference.
  public func report() throws -> [String] {
    guard let place = try find() else {
      return [
        "\(title): the machines differed once, but not when run again: "
          + "an engine's behaviour depends on more than its input"
      ]
    }
    return try LockstepReport(self, place).lines()
  }
}
