extension TestSummary {
  /// The results as JUnit's XML, which continuous integration knows: a suite for each file.
  public var junit: String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text +=
      "<testsuites tests=\"\(results.count)\" failures=\"\(failed)\" skipped=\"\(skipped)\" time=\"\(time(hostTime))\">\n"
    for (number, file) in plan.files.enumerated() {
      let own = results.filter { plan.cases[$0.testCase].file == number }
      guard !own.isEmpty else { continue }
      let part = TestSummary(plan: plan, results: own, hostTime: own.reduce(0) { $0 &+ $1.hostTime })
      text += "  <testsuite name=\(attribute(file.path)) tests=\"\(own.count)\" failures=\"\(part.failed)\""
      text += " errors=\"0\" skipped=\"\(part.skipped)\" time=\"\(time(part.hostTime))\">\n"
      text += own.map { element($0) }.joined() + "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  private func element(_ result: TestResult) -> String {
    let one = plan.cases[result.testCase]
    let line = plan.files[one.file].scenarios[one.scenario].position.line
    var text = "    <testcase name=\(attribute(one.name)) classname=\(attribute(file(of: result)))"
    text += " file=\(attribute(file(of: result))) line=\"\(line)\" time=\"\(time(result.hostTime))\""
    switch result.verdict {
    case .passed: return text + "/>\n"
    case .skipped(let reason): return text + ">\n      <skipped message=\(attribute(reason))/>\n    </testcase>\n"
    case .failed(let failure):
      let lines = explanation(of: failure, result.testCase).joined(separator: "\n")
      text += ">\n      <failure message=\(attribute(failure.message)) type=\"failure\">\(escaped(lines))</failure>\n"
      // What Jenkins and GitLab make links of.
      let attachments = result.artifacts.map { "[[ATTACHMENT|\($0)]]\n" }.joined()
      if !attachments.isEmpty { text += "      <system-out>\(escaped(attachments))</system-out>\n" }
      return text + "    </testcase>\n"
    }
  }

  private func time(_ nanoseconds: UInt64) -> String { VirtualTime.decimal(nanoseconds, perSecond: 1_000_000_000) }

  private func attribute(_ text: String) -> String {
    "\"\(escaped(text.split(whereSeparator: \.isNewline).joined(separator: " ")))\""
  }

  /// Text for XML 1.0, without what cannot stand in it.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value) || scalar.value == 0x7F:
        result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
