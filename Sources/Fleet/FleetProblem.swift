/// What is wrong at a place of a fleet file: what was found, and what was expected.
public enum FleetProblem: Equatable, Sendable {
  // The text.
  case notText
  case badCharacter(scalar: UInt32)

  // YAML.
  case syntax(problem: String)
  case keyNotText
  case duplicateKey(key: String, firstLine: Int)
  case unknownAlias(name: String, nearest: String?)
  case badMerge
  case tooManyValues(limit: Int)

  // Keys and values.
  /// `owner` is what the keys are of, such as `a guest`.
  case unknownKey(key: String, owner: String, nearest: String?, known: [String])
  case missingKey(key: String, owner: String)
  case badValue(key: String, found: String, expected: String)
  /// What is wrong in words that need no more.
  case refused(key: String, reason: String)

  // Variables.
  case variableNotSet(name: String)
  case variableRequired(name: String, message: String)
  case malformedVariable(found: String)
  case tooLong(limit: Int)

  // Guests.
  case badName(name: String)
  case duplicateGuest(name: String)
  case tooManyGuests(limit: Int)
  case pinOutOfRange(guest: String, pin: Int, workers: Int)
  case sharedLog(guest: String, other: String, log: String)
  case unknownDependency(guest: String, dependency: String, nearest: String?)
  case duplicateDependency(guest: String, dependency: String)
  case circularDependency(guests: [String])
  case tooManyDependencies(limit: Int)
}

extension FleetProblem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notText: "is not UTF-8; save the file as UTF-8 text"
    case .badCharacter(let scalar):
      "character U+\(String(scalar, radix: 16, uppercase: true)) cannot stand in a fleet file; remove it"

    case .syntax(let problem): "not valid YAML: \(problem)"
    case .keyNotText: "found a list or mapping as a key; expected a word"
    case .duplicateKey(let key, let line):
      "\(quoted(key)) is there twice, first in line \(line); remove one"
    case .unknownAlias(let name, let nearest):
      "no anchor before the alias \(quoted("*" + name))" + meant(nearest.map { "*" + $0 })
    case .badMerge: "only mappings can be merged with <<, such as '<<: *base'"
    case .tooManyValues(let limit): "more than \(limit) values, counting what aliases stand for"

    case .unknownKey(let key, let owner, let nearest, let known):
      "unknown key \(quoted(key)) in \(owner)"
        + (nearest == nil ? "; there are: \(known.joined(separator: ", "))" : meant(nearest))
    case .missingKey(let key, let owner): "\(owner) needs the key '\(key)'"
    case .badValue(let key, let found, let expected): "\(key): found \(found); expected \(expected)"
    case .refused(let key, let reason): "\(key): \(reason)"

    case .variableNotSet(let name):
      "the variable \(name) is not set; set it, or write ${\(name):-default}"
    case .variableRequired(let name, let message):
      "the variable \(name) must be set\(message.isEmpty ? "" : ": " + message)"
    case .malformedVariable(let found):
      "found \(found); write a variable as ${NAME} or ${NAME:-default}, and a dollar as $$"
    case .tooLong(let limit): "longer than \(limit) bytes"

    case .badName(let name):
      "found \(quoted(name)); expected a name of letters, digits, '.', '_' and '-', at most 63, a letter or "
        + "digit first"
    case .duplicateGuest(let name): "there is a guest '\(name)' already; give each its own name"
    case .tooManyGuests(let limit): "more than \(limit) guests"
    case .pinOutOfRange(let guest, let pin, let workers):
      "pin: guest '\(guest)' cannot be pinned to worker \(pin): there are workers 0 to \(workers - 1)"
    case .sharedLog(let guest, let other, let log):
      "guests '\(other)' and '\(guest)' have the same log, \(log); name a folder, as in 'log: logs/', and each "
        + "gets a file of its own there"
    case .unknownDependency(let guest, let dependency, let nearest):
      "guest '\(guest)' depends on \(quoted(dependency)), but there is no such guest" + meant(nearest)
    case .duplicateDependency(let guest, let dependency):
      "guest '\(guest)' depends on '\(dependency)' twice; remove one"
    case .circularDependency(let guests):
      "guests wait for each other: \(guests.joined(separator: " -> "))"
    case .tooManyDependencies(let limit): "more than \(limit) dependencies"
    }
  }

  private func meant(_ nearest: String?) -> String { nearest.map { "; did you mean '\($0)'?" } ?? "" }
}
