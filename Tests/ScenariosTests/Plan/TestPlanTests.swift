import Scenarios
import Testing

@Suite struct TestPlanTests {
  private let text = """
    guests: {a: {image: a}}
    scenarios:
      last: {start-from: first, matrix: {n: [1, 2]}, steps: [{send: "${n}"}]}
      first:
        matrix: {harts: [1, 4]}
        steps: [{after: 1s}]
      forks:
        steps:
          - fork:
              one: [reset]
              two: [{fork: {three: [reset], four: [reset]}}]
    """

  private func names(_ filter: TestFilter = .all) throws -> [String] {
    TestPlan([try file(text)], filter: filter).cases.map(\.name)
  }

  @Test func everyWayIsACase() throws {
    #expect(
      try names() == [
        "last[harts=1,n=1]", "last[harts=1,n=2]", "last[harts=4,n=1]", "last[harts=4,n=2]", "first[harts=1]",
        "first[harts=4]", "forks/one", "forks/two/three", "forks/two/four",
      ])
  }

  @Test func filtersByName() throws {
    #expect(try names(TestFilter(parsing: "two/")) == ["forks/two/three", "forks/two/four"])
    #expect(try names(TestFilter(parsing: "=first[harts=4]")) == ["first[harts=4]"])
    #expect(try names(TestFilter(parsing: "=/scenarios/demo/x.yaml:forks/one")) == ["forks/one"])
    #expect(try names(TestFilter(parsing: "/n=[12]\\]$/")).count == 4)
    #expect(try names(TestFilter(parsing: "x.yaml:f")).count == 5)
    #expect(try names(TestFilter(parsing: "nothing")).isEmpty)
    #expect(throws: TestFilterError.self) { try TestFilter(parsing: "/(/") }
  }

  @Test func expressionsThatAreNestedTooDeeplyAreRefused() throws {
    for (opening, closing) in [("[", "]"), ("(", ")")] {
      for pattern in [
        "/" + String(repeating: opening, count: 20_000) + "/",
        "/" + String(repeating: opening, count: 20_000) + "x" + String(repeating: closing, count: 20_000) + "/",
      ] {
        let error = #expect(throws: TestFilterError.self) { try TestFilter(parsing: pattern) }
        #expect(error?.description.hasSuffix("are nested deeper than 100") == true)
      }
    }
    let side = String(repeating: "(a)?[b]?", count: 120)
    #expect(try TestFilter(parsing: "/\(side)/").accepts(file: "f", name: "n"))
  }

  @Test func foldersOfArtifactsAreOneForEachCase() throws {
    let matrix = "guests: {a: {image: a}}\nscenarios: {w: {matrix: {v: ['!', '?', x]}, steps: [{send: '${v}'}]}}"
    let files = try ["d1/boot.yaml", "d2/boot.yaml"].map {
      try ScenarioFile(yaml: matrix.utf8, path: $0, environment: [:])
    }
    let plan = TestPlan(files)
    let names = plan.cases.indices.map { plan.artifactName(of: $0) }
    #expect(Set(names).count == 6)
    #expect(names[0].hasPrefix("boot.w_v=__-"))
    #expect(names.allSatisfy { $0.utf8.count < 200 })
    let alone = TestPlan([files[0]])
    #expect(alone.artifactName(of: 0) != alone.artifactName(of: 1))
    #expect(alone.artifactName(of: 2) == "boot.w_v=x_")
    #expect(names.first == TestPlan(files).artifactName(of: 0))
  }
}
