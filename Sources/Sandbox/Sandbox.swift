import Monitor

#if os(Linux)
  /// The isolation level `process`: each guest in a child process of its own that may do nothing but compute.
  /// docs/SECURITY.md says what that promises.
  ///
  /// Making one starts a child that locks itself down and tells what it could apply, so that a sandbox that exists works.
  public final class Sandbox: Sendable {
    /// What this host lets a child be locked down with, in the order in which it is applied.
    public let features: [SandboxFeature]
    private let launcher: ProcessLauncher

    /// - Parameter program: the program of the children, which must be this one; another path serves tests.
    /// - Throws: `SandboxError` when the level does not work here, with the reason.
    public init(program: String = ProcessLauncher.thisProgram) throws(SandboxError) {
      launcher = try ProcessLauncher(program: program)
      features = try launcher.probe()
    }

    /// Makes the machines of guests with isolation level `process`. A machine that is made gets ready while it is first
    /// run; what keeps it from that is reported as the loss of it.
    public var executionFactory: ExecutionFactory {
      { [launcher] description in try launcher.launch(description) }
    }

    /// The same for guests that go on from a snapshot, which only the child looks into.
    public var restorationFactory: RestorationFactory {
      { [launcher] description, origin in try launcher.launch(description, from: origin) }
    }

    /// Has children try what a guest must not be able to do, each in one of its own, since none should survive it.
    public func tryEscapes() throws(SandboxError) -> [EscapeResult] {
      var results: [EscapeResult] = []
      for escape in Escape.allCases {
        results.append(EscapeResult(escape: escape, outcome: try launcher.attempt(escape)))
      }
      return results
    }
  }
#else
  /// The isolation level `process`, which only Linux has.
  public final class Sandbox: Sendable {
    public let features: [SandboxFeature] = []

    public init() throws(SandboxError) { throw .unavailable(reason: "only Linux can lock a guest's process down") }

    public var executionFactory: ExecutionFactory {
      { _ in throw SandboxError.unavailable(reason: "only Linux can lock a guest's process down") }
    }

    public var restorationFactory: RestorationFactory {
      { _, _ in throw SandboxError.unavailable(reason: "only Linux can lock a guest's process down") }
    }
  }
#endif

extension Sandbox {
  /// What is applied and what is not, in one line.
  public var summary: String {
    let applied = features.filter(\.isApplied).map(\.name)
    let missing = features.filter { !$0.isApplied }.map { "\($0.name) (\($0.reason))" }
    let rest = missing.isEmpty ? "" : "; not available here: \(missing.joined(separator: ", "))"
    return applied.joined(separator: ", ") + rest
  }
}

/// One of the walls around a child.
public struct SandboxFeature: Codable, Equatable, Sendable {
  public let name: String
  /// Why it could not be applied; empty when it is.
  public let reason: String

  public var isApplied: Bool { reason.isEmpty }
}
