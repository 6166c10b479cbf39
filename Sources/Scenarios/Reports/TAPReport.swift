extension TestSummary {
  /// The results as the Test Anything Protocol, version 14.
  public var tap: String {
    var text = "TAP version 14\n1..\(results.count)\n"
    for (index, result) in results.enumerated() {
      let name = "\(index + 1) - \(escaped("\(file(of: result)): \(name(of: result))"))"
      switch result.verdict {
      case .passed: text += "ok \(name)\n"
      case .skipped(let reason): text += "ok \(name) # SKIP \(escaped(reason))\n"
      case .failed(let failure):
        text += "not ok \(name)\n  ---\n  message: \(scalar(failure.message))\n"
        text += "  at: \(scalar(place(of: failure, result.testCase)))\n  details: |\n"
        text += explanation(of: failure, result.testCase).map { "    " + printable($0) + "\n" }.joined()
        text += "  ...\n"
      }
    }
    return text
  }

  /// `#` begins a directive.
  private func escaped(_ text: String) -> String {
    printable(text).replacing("\\", with: "\\\\").replacing("#", with: "\\#")
  }

  /// A text in single quotes, in which YAML knows of nothing but them.
  private func scalar(_ text: String) -> String { "'" + printable(text).replacing("'", with: "''") + "'" }

  private func printable(_ text: String) -> String {
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) && scalar != "\u{85}"
      clean.append(isControl || scalar == "\u{85}" || scalar.value == 0xFEFF ? "?" : scalar)
    }
    return String(clean)
  }
}
