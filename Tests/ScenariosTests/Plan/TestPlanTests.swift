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
}
