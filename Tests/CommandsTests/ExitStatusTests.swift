import Commands
import Testing

/// `Testing` has a type of this name too.
private typealias ExitStatus = Commands.ExitStatus

@Suite struct ExitStatusTests {
  @Test(arguments: [(0, 1), (1, 1), (7, 7), (255, 255), (256, 255), (65_535, 255)] as [(UInt16, Int32)])
  func guestCodesNeverLookLikeSuccess(code: UInt16, expected: Int32) {
    #expect(ExitStatus.failed(code).code == expected)
  }

  @Test func ourOwnCodesAreDistinct() {
    let all: [ExitStatus] = [
      .passed, .usage, .badData, .cannotRead, .internalError, .hostResources, .cannotCreate, .cannotWrite,
      .endedByUser, .timedOut, .hung, .signal(15),
    ]
    #expect(Set(all.map(\.code)).count == all.count)
    #expect(all.allSatisfy { (0...255).contains($0.code) })
  }
}
