extension ConsolePattern {
  /// Brackets in brackets, and parentheses in parentheses, that `Regex` is given. It follows them by recursion, without
  /// a limit of its own.
  private static let nestingLimit = 100

  /// Why `Regex` must not be given an expression, since it would not come back from it; nil if it may.
  package static func nestingProblem(in expression: String) -> String? {
    var brackets = 0
    var parentheses = 0
    var isEscaped = false
    // Behind `\Q`, up to `\E`, everything stands for itself.
    var isQuoted = false
    for byte in expression.utf8 {
      if isQuoted {
        if isEscaped, byte == UInt8(ascii: "E") { isQuoted = false }
        isEscaped = byte == UInt8(ascii: "\\")
        continue
      }
      if isEscaped {
        isEscaped = false
        isQuoted = byte == UInt8(ascii: "Q")
        continue
      }
      switch byte {
      case UInt8(ascii: "\\"): isEscaped = true
      case UInt8(ascii: "["): brackets += 1
      case UInt8(ascii: "]"): brackets = max(brackets - 1, 0)
      case UInt8(ascii: "("): parentheses += 1
      case UInt8(ascii: ")"): parentheses = max(parentheses - 1, 0)
      default: break
      }
      if brackets > nestingLimit { return "brackets are nested deeper than \(nestingLimit)" }
      if parentheses > nestingLimit { return "parentheses are nested deeper than \(nestingLimit)" }
    }
    return nil
  }
}
