import CLibyaml
import Yams

/// Reads a YAML file of one document, of at most a few MiB, from bytes that nobody vouches for.
package enum YAMLDocument {
  /// How deep collections may lie in each other. Yams takes time in proportion to it, and stack; scenarios need most.
  private static let depthLimit: CInt = 24
  private static let limitDepth: Void = yaml_set_max_nest_level(depthLimit)

  /// - Parameter reading: Is told of problems after which there is still something to read.
  /// - Returns: nil if there is nothing but comments.
  package static func read(_ bytes: ArraySlice<UInt8>, _ reading: Reading) throws(Flaw) -> YAMLNode? {
    _ = limitDepth
    var source = try YAMLSource(bytes)
    while true {
      do {
        // Without rules for what numbers and dates look like: what a text means is for the key to say.
        let parser = try Parser(
          yaml: source.text, resolver: .basic, constructor: Constructor([:], [:], [:]), encoding: .utf8)
        // Nodes hold their anchors weakly; the parser owns them.
        defer { withExtendedLifetime(parser) {} }
        guard let root = try parser.singleRoot() else { return nil }
        var tree = YAMLTree(reading)
        return try tree.node(root)
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        // Yams stops at them. Told apart they are found again in the tree, where more may be wrong.
        let position = TextPosition(context.mark)
        guard source.mask(keyAt: position) else {
          throw Flaw(position, .duplicateKey(key: YAMLSource.original(keys.first ?? ""), firstLine: position.line))
        }
      } catch {
        throw flaw(error, in: source)
      }
    }
  }

  private static func flaw(_ error: any Error, in source: YAMLSource) -> Flaw {
    if let flaw = error as? Flaw { return flaw }
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      // Text ends before the line breaks that it may have got for Yams.
      let position = TextPosition(mark)
      return syntax(problem, context, position.line > source.end.line ? source.end : position, in: source)
    case let other:
      return Flaw(TextPosition(), .syntax(problem: other.map { "\($0)" } ?? "\(error)"))
    }
  }

  private static func syntax(
    _ problem: String, _ context: YamlError.Context?, _ position: TextPosition, in source: YAMLSource
  ) -> Flaw {
    if source.scalar(at: position) == "\t" { return Flaw(position, .syntax(problem: "a tab; indent with spaces")) }
    let hint = hints.first { problem.hasPrefix($0.problem) }.map { "; " + $0.hint } ?? ""
    let place = context.map { ", \($0.text) of line \($0.mark.line)" } ?? ""
    return Flaw(position, .syntax(problem: problem + place + hint))
  }

  /// What helps with the mistakes that people make.
  private static let hints: [(problem: String, hint: String)] = [
    ("mapping values are not allowed", "check the indentation, and put a text that has ': ' in it in quotes"),
    ("did not find expected key", "check the indentation"),
    ("did not find expected '-' indicator", "check the indentation"),
    ("could not find expected ':'", "write 'key: value'"),
    ("found character that cannot start any token", "put the text in quotes"),
    ("found unknown escape character", "use single quotes, in which a backslash is itself"),
    ("Maximum nesting level reached", "collections may lie \(depthLimit) deep in each other"),
  ]
}

extension TextPosition {
  init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
