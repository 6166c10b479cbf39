import Boards
import GuestImage
import Harness
import Monitor
import Synchronization
import SystemBus

/// How scenarios are run.
public struct RunOptions: Sendable {
  /// Scenarios at a time, at least 1.
  public var jobs = MonitorConfiguration.hostCores
  /// Where states that scenarios start from outlast the process; nil for nowhere.
  public var cache: SnapshotCache?
  /// Told, once, why states cannot be kept there.
  public var onCacheFailure: @Sendable (String) -> Void = { _ in }
  /// Whether states are made and kept anew even where the cache has them.
  public var updatesSnapshots = false
  /// The folder in which each case has one for what tells more of it; nil to write nothing.
  public var artifacts: String?

  public init() {}
}

/// What happens while scenarios run; told from any thread, one at a time.
public enum TestEvent: Sendable {
  /// A case has begun; those that share what comes before a fork do so one after the other.
  case started(Int)
  case finished(TestResult)
}

/// Runs the cases of a plan on threads. Each case does the same however many run beside it.
public final class ScenarioRunner: Sendable {
  public let plan: TestPlan
  private let options: RunOptions
  private let store: StateStore
  /// Points that cases of the plan come by and others start from.
  private let wanted: Set<StartPoint>
  private let library: GuestLibrary
  private let keys: Mutex<StateKeys>
  /// Keys of states that are in the cache, and cannot be had from there.
  private let damaged = Mutex<Set<String>>([])
  private let hasToldOfCache = Atomic(false)

  public init(_ plan: TestPlan, options: RunOptions) {
    self.plan = plan
    self.options = options
    let points = Set(plan.runs.compactMap { plan.start(of: $0) })
    let runs = Set(plan.runs.map { StartPoint(file: $0.file, scenario: $0.scenario, variant: $0.variant) })
    wanted = points.filter { runs.contains(StartPoint(file: $0.file, scenario: $0.scenario, variant: $0.variant)) }
    store = StateStore(promised: wanted)
    let library = GuestLibrary()
    self.library = library
    keys = Mutex(StateKeys(plan, program: HostFiles.program) { path in library.digest(of: path) })
  }

  /// Runs everything.
  /// - Returns: a result for each case of the plan, in its order.
  public func run(report: @escaping @Sendable (TestEvent) -> Void = { _ in }) -> [TestResult] {
    let next = Atomic(0)
    let results = Mutex<[Int: TestResult]>([:])
    let tell: @Sendable (TestEvent) -> Void = { event in
      results.withLock { results in
        if case .finished(let result) = event { results[result.testCase] = result }
        report(event)
      }
    }
    let work: @Sendable () -> Void = { [self] in
      while true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard plan.runs.indices.contains(number) else { return }
        RunOfCases(plan.runs[number], self, tell).start()
      }
    }
    // The last thread is this one, so that all is done even on a host that has no thread left.
    let threads = (1..<max(options.jobs, 1)).map { HostThread(name: "test \($0)", work) }.filter { $0.start() }
    work()
    for thread in threads { thread.join() }
    return results.withLock { results in
      plan.cases.indices.map { results[$0] ?? TestResult(testCase: $0, verdict: .skipped("not run")) }
    }
  }

  // MARK: Starting

  /// Guests at the start of a scenario, as they are at power-on or where another has left them.
  func begin(file: Int, scenario: Int, variant: Int) throws(StartFailure) -> ScenarioRun {
    let description = plan.files[file].scenarios[scenario]
    for path in description.needs where !HostFiles.exists(path) {
      throw .missing("\(path) is missing")
    }
    var state: StartState?
    if let point = plan.start(file: file, scenario: scenario, variant: variant) {
      state = try store.state(at: point) { make(point) }.get()
    }
    do throws(HarnessError) {
      let setups = description.variants[variant].guests
      let bench =
        if let state {
          try TestBench(state.bench)
        } else {
          try TestBench(setups.map { setup throws(HarnessError) in try library.files(of: setup) })
        }
      // What comes before, which others may make meanwhile, is not the scenario's own.
      let hostNow = HostTime.now
      let hostLimit = hostNow > .max - description.wallLimit ? .max : hostNow + description.wallLimit
      let limit = bench.now > .max - description.limit.ticks ? .max : bench.now + description.limit.ticks
      return try ScenarioRun(
        description, description.variants[variant], bench: bench, values: state?.values ?? [:],
        limit: limit, hostLimit: hostLimit)
    } catch {
      throw .failed(TestFailure("\(error)", position: description.position))
    }
  }

  /// Comes to a point that no case of the plan comes by, or finds what was kept of it.
  private func make(_ point: StartPoint) -> Result<StartState, StartFailure> {
    if !options.updatesSnapshots, let kept = kept(point) { return .success(kept) }
    do throws(StartFailure) {
      let run = try begin(file: point.file, scenario: point.scenario, variant: point.variant)
      let steps = run.scenario.steps
      do throws(TestFailure) {
        try run.run(Array(point.step.map { steps[...$0] } ?? steps[...]))
        let state = try run.state()
        cache(state, at: point)
        return .success(state)
      } catch {
        throw .failed(error)
      }
    } catch {
      return .failure(error)
    }
  }

  // MARK: Points that others start from

  func isWanted(_ point: StartPoint) -> Bool { wanted.contains(point) }

  func keep(_ state: StartState, at point: StartPoint) {
    store.put(.success(state), at: point)
    cache(state, at: point)
  }

  /// What the cache has of a point.
  private func kept(_ point: StartPoint) -> StartState? {
    guard let cache = options.cache, let key = keys.withLock({ $0.key(of: point) }), cache.has(key) else { return nil }
    let setups = plan.files[point.file].scenarios[point.scenario].variants[point.variant].guests
    guard let files = try? setups.map({ try library.files(of: $0) }) else { return nil }
    if let state = cache.load(key, files) { return state }
    damaged.withLock { _ = $0.insert(key) }
    return nil
  }

  private func cache(_ state: StartState, at point: StartPoint) {
    guard let cache = options.cache, let key = keys.withLock({ $0.key(of: point) }) else { return }
    let isDamaged = damaged.withLock { $0.remove(key) != nil }
    if cache.has(key), !isDamaged, !options.updatesSnapshots { return }
    guard let problem = cache.save(state, key), !hasToldOfCache.exchange(true, ordering: .relaxed) else { return }
    options.onCacheFailure(problem)
  }

  /// The folder for what tells more of a case.
  func artifacts(of testCase: Int) -> String? { options.artifacts.map { $0 + "/" + plan.artifactName(of: testCase) } }

  /// Lets nobody wait for what a run has not come to.
  func giveUp(on run: TestRun, because reason: String) {
    for point in wanted
    where point.file == run.file && point.scenario == run.scenario && point.variant == run.variant
      && store.isAwaited(point)
    {
      store.put(.failure(.elsewhere(reason)), at: point)
    }
  }
}
