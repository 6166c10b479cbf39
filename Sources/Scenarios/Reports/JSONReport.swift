import PlainText

extension TestSummary {
  /// The results as a JSON document, which ends with a newline.
  public var json: String {
    let document = JSONValue.object([
      ("passed", JSONValue(passed)), ("failed", JSONValue(failed)), ("skipped", JSONValue(skipped)),
      ("hostNanoseconds", JSONValue(hostTime)), ("cases", .array(results.map { value($0) })),
    ])
    return document.text + "\n"
  }

  private func value(_ result: TestResult) -> JSONValue {
    let one = plan.cases[result.testCase]
    var members: [(name: String, value: JSONValue)] = [
      ("file", .string(file(of: result))), ("name", .string(one.name)),
      ("line", JSONValue(plan.files[one.file].scenarios[one.scenario].position.line)),
    ]
    switch result.verdict {
    case .passed: members.append(("result", .string("passed")))
    case .skipped(let reason): members += [("result", .string("skipped")), ("reason", .string(reason))]
    case .failed(let failure):
      members += [
        ("result", .string("failed")), ("message", .string(failure.message)),
        ("place", .string(place(of: failure, result.testCase))),
        ("virtualMicroseconds", JSONValue(failure.time.ticks / 10)),
        ("guests", .array(failure.guests.map { value($0) })), ("again", .string(replay(of: result.testCase))),
      ]
    }
    members += [
      ("virtualMicrosecondsTaken", JSONValue(result.virtualTime.ticks / 10)),
      ("hostNanoseconds", JSONValue(result.hostTime)),
      ("traceHash", JSONValue(result.traceHash.map { "0x" + String($0, radix: 16) })),
      ("artifacts", .array(result.artifacts.map { .string($0) })),
    ]
    return .object(members)
  }

  private func value(_ guest: TestFailure.GuestReport) -> JSONValue {
    .object([
      ("guest", .string(guest.guest)), ("lastLines", .array(guest.lastLines.map { .string($0) })),
      ("state", .array(guest.state.map { .string($0) })),
    ])
  }
}
