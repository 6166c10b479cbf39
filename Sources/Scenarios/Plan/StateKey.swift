import Boards
import GuestImage
import Harness

/// Names states by all that leads to them: the bytes of the files, the machines, what is typed and awaited. Equal keys are
/// equal states.
struct StateKeys {
  let plan: TestPlan
  /// Of the program that runs the guests: another one may run them otherwise.
  let program: String
  private var files: [String: String] = [:]
  private var known: [StartPoint: String] = [:]

  init(_ plan: TestPlan, program: String) {
    self.plan = plan
    self.program = program
  }

  /// The key of the state at `point`; nil if a file cannot be read.
  mutating func key(of point: StartPoint) -> String? {
    if let key = known[point] { return key }
    let scenario = plan.files[point.file].scenarios[point.scenario]
    let variant = scenario.variants[point.variant]
    var hash = ContentHash()
    hash.add("state 1 of \(program)")
    if let parent = plan.start(file: point.file, scenario: point.scenario, variant: point.variant) {
      guard let key = key(of: parent) else { return nil }
      hash.add(key)
    } else {
      for setup in variant.guests {
        guard add(setup, to: &hash) else { return nil }
      }
    }
    for value in variant.values.sorted(by: { $0.key < $1.key }) { hash.add("\(value.key)=\(value.value)") }
    let steps = point.step.map { scenario.steps[...$0] } ?? scenario.steps[...]
    for step in steps { hash.add(step.content) }
    known[point] = hash.text
    return hash.text
  }

  private mutating func add(_ setup: GuestSetup, to hash: inout ContentHash) -> Bool {
    hash.add(setup.name)
    hash.add("\(setup.machine)")
    hash.add(setup.boot.append ?? "no arguments")
    for image in [setup.boot.kernel] + setup.boot.load {
      guard let place = try? ImageArgument(image), let file = digest(of: place.path) else { return false }
      hash.add("\(file) at \(place.address.map { "\($0)" } ?? "its place")")
    }
    for path in [setup.boot.firmware, setup.boot.initrd, setup.boot.deviceTree] {
      guard let path, path.hasPrefix("/") else {
        hash.add(path ?? "none given")
        continue
      }
      guard let file = digest(of: path) else { return false }
      hash.add(file)
    }
    return true
  }

  private mutating func digest(of path: String) -> String? {
    if let known = files[path] { return known }
    guard let file = try? FileReader.host.loadVerbatim(path) else { return nil }
    var hash = ContentHash()
    hash.add(file.bytes)
    files[path] = hash.text
    return hash.text
  }
}
