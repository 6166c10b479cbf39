import Boards
import GuestImage
import Harness

/// Names states by all that leads to them: the bytes of the files, the machines, what is typed and awaited. Equal keys are
/// equal states.
struct StateKeys {
  let plan: TestPlan
  /// Of the program that runs the guests: another one may run them otherwise.
  let program: String
  /// A hash of the file at a path, as guests have it; nil if it cannot be read.
  let digest: @Sendable (String) -> String?
  private var known: [StartPoint: String] = [:]

  init(_ plan: TestPlan, program: String, digest: @escaping @Sendable (String) -> String?) {
    self.plan = plan
    self.program = program
    self.digest = digest
  }

  /// The key of the state at `point`; nil if a file cannot be read.
  mutating func key(of point: StartPoint) -> String? {
    if let key = known[point] { return key }
    let scenario = plan.files[point.file].scenarios[point.scenario]
    let variant = scenario.variants[point.variant]
    var hash = ContentHash()
    hash.add("state 2 of \(program)")
    if let parent = plan.start(file: point.file, scenario: point.scenario, variant: point.variant) {
      guard let key = key(of: parent) else { return nil }
      hash.add(key)
    } else {
      hash.add("\(variant.guests.count) guests")
      for setup in variant.guests {
        guard add(setup, to: &hash) else { return nil }
      }
    }
    hash.add("within \(scenario.limit.ticks), never \(scenario.forbidden.map(\.content))")
    for value in variant.values.sorted(by: { $0.key < $1.key }) { hash.add("\(value.key)=\(value.value)") }
    let steps = point.step.map { scenario.steps[...$0] } ?? scenario.steps[...]
    for step in steps { hash.add(step.content) }
    known[point] = hash.text
    return hash.text
  }

  private func add(_ setup: GuestSetup, to hash: inout ContentHash) -> Bool {
    hash.add(setup.name)
    hash.add("\(setup.machine)")
    hash.add(setup.boot.append.map { "arguments \($0)" } ?? "no arguments")
    hash.add("\(setup.boot.load.count) more images, \(setup.symbols.count) files of symbols")
    for image in [setup.boot.kernel] + setup.boot.load {
      guard let place = try? ImageArgument(image), let file = digest(place.path) else { return false }
      hash.add("\(file) at \(place.address.map { "\($0)" } ?? "its place")")
    }
    let choice = setup.boot.firmware
    let isFile = choice != nil && choice != "none" && choice != "builtin"
    hash.add(isFile ? "firmware of a file" : "firmware \(choice ?? "that suits")")
    var paths: [String?] = [isFile ? choice : nil, setup.boot.initrd, setup.boot.deviceTree]
    for path in setup.symbols { paths.append(path) }
    for path in paths {
      guard let path else {
        hash.add("none given")
        continue
      }
      guard let file = digest(path) else { return false }
      hash.add(file)
    }
    return true
  }
}
