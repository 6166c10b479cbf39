import PlainText
import YAMLReading

/// What only fleet files can have wrong.
extension YAMLProblem {
  static func duplicateGuest(name: String) -> Self {
    .violation("there is a guest '\(name)' already; give each its own name")
  }

  static func tooManyGuests(limit: Int) -> Self { .violation("more than \(limit) guests") }

  static func pinOutOfRange(guest: String, pin: Int, workers: Int) -> Self {
    .violation(
      "pin: guest '\(guest)' cannot be pinned to worker \(pin): there are workers 0 to \(workers - 1)")
  }

  static func decidedBySnapshot(key: String, guest: String) -> Self {
    .violation("\(key): guest '\(guest)' goes on from a snapshot, which decides that; leave one of them out")
  }

  static func sharedLog(guest: String, other: String, log: String) -> Self {
    .violation(
      "guests '\(other)' and '\(guest)' have the same log, \(log); name a folder, as in 'log: logs/', and each "
        + "gets a file of its own there")
  }

  static func unknownDependency(guest: String, dependency: String, nearest: String?) -> Self {
    .violation(
      "guest '\(guest)' depends on \(quoted(dependency)), but there is no such guest" + didYouMean(nearest))
  }

  static func duplicateDependency(guest: String, dependency: String) -> Self {
    .violation("guest '\(guest)' depends on '\(dependency)' twice; remove one")
  }

  static func circularDependency(guests: [String]) -> Self {
    .violation("guests wait for each other: \(guests.joined(separator: " -> "))")
  }

  static func tooManyDependencies(limit: Int) -> Self { .violation("more than \(limit) dependencies") }
}
