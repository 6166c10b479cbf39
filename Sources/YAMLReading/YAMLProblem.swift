import PlainText

/// What is wrong at a place of a YAML file: what was found, and what was expected.
///
/// What only one kind of file can have wrong is a `violation`, which that kind has words for.
public enum YAMLProblem: Equatable, Sendable {
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

  // What the kind of file asks for.
  case badName(name: String)
  /// In words that need no more.
  case violation(String)
}

extension YAMLProblem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notText: "is not UTF-8; save the file as UTF-8 text"
    case .badCharacter(let scalar):
      "character U+\(String(scalar, radix: 16, uppercase: true)) cannot stand in a YAML file; remove it"

    case .syntax(let problem): "not valid YAML: \(problem)"
    case .keyNotText: "found a list or mapping as a key; expected a word"
    case .duplicateKey(let key, let line):
      "\(quoted(key)) is there twice, first in line \(line); remove one"
    case .unknownAlias(let name, let nearest):
      "no anchor before the alias \(quoted("*" + name))" + didYouMean(nearest.map { "*" + $0 })
    case .badMerge: "only mappings can be merged with <<, such as '<<: *base'"
    case .tooManyValues(let limit): "more than \(limit) values, counting what aliases stand for"

    case .unknownKey(let key, let owner, let nearest, let known):
      "unknown key \(quoted(key)) in \(owner)"
        + (nearest == nil ? "; there are: \(known.joined(separator: ", "))" : didYouMean(nearest))
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
      "found \(quoted(name)); expected \(nameWords)"
    case .violation(let words): words
    }
  }
}

/// `; did you mean 'nearest'?`, or nothing if there is none.
package func didYouMean(_ nearest: String?) -> String { nearest.map { "; did you mean '\($0)'?" } ?? "" }
