#if canImport(Testing)
  import Testing

  /// Limits the virtual time of the guests that a test makes.
  public struct VirtualTimeLimitTrait: TestTrait, SuiteTrait, TestScoping {
    let limit: VirtualTimeLimit
    public var isRecursive: Bool { true }

    public func provideScope(
      for _: Test, testCase _: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
      try await VirtualTimeLimit.$current.withValue(limit) { try await function() }
    }
  }

  extension Trait where Self == VirtualTimeLimitTrait {
    /// Each guest of the test may use so much virtual time from power-on.
    public static func virtualTimeLimit(_ time: Duration) -> Self {
      VirtualTimeLimitTrait(limit: VirtualTimeLimit(time))
    }
  }
#endif
