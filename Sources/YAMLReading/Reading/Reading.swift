import PlainText

/// What is known and found while one YAML file is read. It belongs to the thread that reads.
package final class Reading {
  /// As the user named it.
  package let file: String
  /// What relative paths start from: absolute, without a slash at its end unless it is the root.
  package let folder: String
  private let environment: Environment
  private var flaws: [Flaw] = []
  private var omitted = 0
  /// How often something was reported so far, known or not.
  package private(set) var count = 0

  package init(file: String, folder: String, environment: Environment) {
    self.file = file
    self.folder = folder
    self.environment = environment
  }

  // MARK: Errors

  /// Notes what is wrong; the same only once, since what an alias stands for is read each time.
  package func report(_ problem: @autoclosure () -> YAMLProblem, at position: TextPosition) {
    count += 1
    guard flaws.count < YAMLErrors.limit else {
      omitted += 1
      return
    }
    let flaw = Flaw(position, problem())
    if !flaws.contains(flaw) { flaws.append(flaw) }
  }

  package func report(_ flaw: Flaw) { report(flaw.problem, at: flaw.position) }

  /// Everything reported, in the order of the file; nil if nothing was.
  package var failure: YAMLErrors? {
    guard !flaws.isEmpty else { return nil }
    let sorted = flaws.enumerated().sorted { first, second in
      let (one, other) = (first.element.position, second.element.position)
      return (one.line, one.column, first.offset) < (other.line, other.column, second.offset)
    }
    let errors = sorted.map {
      YAMLError.wrong(FilePlace(file: file, position: $0.element.position), $0.element.problem)
    }
    return YAMLErrors(errors, omitted: omitted)
  }

  // MARK: Values

  /// The text of a scalar, variables put in.
  /// - Returns: nil if it is none, or cannot be had, which is reported.
  package func text(of node: YAMLNode, key: String, expected: String) -> String? {
    guard let text = written(in: node, key: key, expected: expected) else { return nil }
    do throws(Substitution.Problem) {
      return try Substitution.apply(environment, to: text)
    } catch {
      report(error, of: text, at: node.position)
      return nil
    }
  }

  /// The text of a scalar, variables put in but for the names that are kept.
  /// - Parameter bracedOnly: whether a dollar without a brace behind it is a letter like any other.
  /// - Returns: nil if it is none, or cannot be had, which is reported.
  package func parts(
    of node: YAMLNode, key: String, expected: String, bracedOnly: Bool = false, keeping isKept: (String) -> Bool
  ) -> [Substitution.Part]? {
    guard let text = written(in: node, key: key, expected: expected) else { return nil }
    do throws(Substitution.Problem) {
      return try Substitution.parts(environment, of: text, bracedOnly: bracedOnly, keeping: isKept)
    } catch {
      report(error, of: text, at: node.position)
      return nil
    }
  }

  private func written(in node: YAMLNode, key: String, expected: String) -> String? {
    if node.isUnknown { return nil }
    guard case .scalar(let text, _) = node.content, !node.isMissing, !node.isNull else {
      report(.badValue(key: key, found: node.found, expected: expected), at: node.position)
      return nil
    }
    return text
  }

  private func report(_ problem: Substitution.Problem, of text: String, at position: TextPosition) {
    switch problem {
    case .notSet(let name): report(.variableNotSet(name: name), at: position)
    case .required(let name, let message): report(.variableRequired(name: name, message: message), at: position)
    case .malformed: report(.malformedVariable(found: quoted(text)), at: position)
    case .tooLong(let limit): report(.tooLong(limit: limit), at: position)
    }
  }

  /// Whether variables make nothing of what is written.
  package func isEmptied(_ node: YAMLNode) -> Bool {
    guard case .scalar(let text, _) = node.content, text.utf8.first == UInt8(ascii: "$") else { return false }
    return (try? Substitution.apply(environment, to: text))?.isEmpty ?? false
  }

  /// A path as it is from anywhere.
  package func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let rest = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    return folder == "/" ? folder + rest : folder + "/" + rest
  }
}

/// Something wrong in the file that is read.
package struct Flaw: Error, Equatable {
  package var position: TextPosition
  package var problem: YAMLProblem

  package init(_ position: TextPosition, _ problem: YAMLProblem) {
    self.position = position
    self.problem = problem
  }
}
