import Harness
import YAMLReading

/// One way to run a scenario: a combination of the values of its matrix.
public struct Variant: Equatable, Sendable {
  /// Such as `harts=4,memory=64M`; empty when there is no matrix.
  public var name: String
  /// By axis, as written.
  public var values: [String: String]
  public var guests: [GuestSetup]

  public init(name: String, values: [String: String], guests: [GuestSetup]) {
    self.name = name
    self.values = values
    self.guests = guests
  }
}

/// What a scenario starts from instead of power-on.
public struct Start: Equatable, Sendable {
  /// Number of the scenario in the file.
  public var scenario: Int
  /// Number of the step there after which it starts; nil for the end.
  public var step: Int?

  public init(scenario: Int, step: Int? = nil) {
    self.scenario = scenario
    self.step = step
  }
}

/// Guests, and what is done with them.
public struct Scenario: Equatable, Sendable {
  /// Unique in its file.
  public var name: String
  /// What it is about, in words.
  public var summary: String?
  public var position: TextPosition
  /// Paths of files without which it is skipped, beside the images of its guests.
  public var needs: [String] = []
  public var start: Start?
  /// Virtual time that all of it may take.
  public var limit: VirtualTime
  /// Time of the host, in nanoseconds, that it may take.
  public var wallLimit: UInt64
  /// What no guest may ever print.
  public var forbidden: [Pattern] = []
  /// At least one. One that starts from another has as many times those that the other has; number `i` starts from
  /// number `i / (count / other's count)` of the other.
  public var variants: [Variant] = []
  public var steps: [Step] = []
}
