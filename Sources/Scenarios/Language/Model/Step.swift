import YAMLReading

/// One thing that a scenario does.
public struct Step: Equatable, Sendable {
  public indirect enum Action: Equatable, Sendable {
    case expect(Expectation)
    case send(Template)
    /// Lets virtual time pass.
    case after(VirtualTime)
    /// Names the state at this point, for scenarios that start from it.
    case snapshot(String)
    /// Runs each branch from here.
    case fork([Branch])
    case assert([Assertion])
    case inject(Injection)
    /// Power-on again, of a guest that runs or has ended.
    case reset
    /// No time passes for it until `resume`.
    case pause
    case resume
    /// Writes a snapshot of this name to the folder of artifacts.
    case save(String)
    /// Waits for the guest's end.
    case end(ExpectedEnd, within: VirtualTime)
    case `repeat`(Int, [Step])
    /// Steps of several guests at the same time, a lane each.
    case parallel([Lane])
  }

  public struct Expectation: Equatable, Sendable {
    /// Any of these, the one that ends first in the output.
    public var alternatives: [Pattern]
    public var within: VirtualTime

    public init(_ alternatives: [Pattern], within: VirtualTime) {
      self.alternatives = alternatives
      self.within = within
    }
  }

  public struct Branch: Equatable, Sendable {
    public var name: String
    public var steps: [Step]
  }

  public struct Lane: Equatable, Sendable {
    public var guest: String
    public var steps: [Step]
  }

  public var action: Action
  /// Name of the guest that it is about; for those that are about all, the first one's.
  public var guest: String
  /// What must not be printed while the step lasts, beside what the scenario says.
  public var forbidden: [Pattern] = []
  public var position: TextPosition

  public init(_ action: Action, guest: String, position: TextPosition = TextPosition()) {
    self.action = action
    self.guest = guest
    self.position = position
  }
}
