import Commands
import Testing

@Suite struct InputRecordTests {
  private func record(_ lines: String...) throws -> [InputRecord.Arrival] {
    try InputRecord(parsing: lines.map { $0 + "\n" }.joined(), file: "f").arrivals
  }

  @Test func linesAreReadAsTheyAreWritten() throws {
    let arrivals: [InputRecord.Arrival] = [
      .init(at: 0, .bytes([0x61])), .init(at: 7, .bytes([0, 0xFF, 0x0A])), .init(at: 7, .reset),
      .init(at: .max, .bytes([1])),
    ]
    #expect(arrivals.map(\.line) == ["0 61", "7 00ff0a", "7 reset", "18446744073709551615 01"])
    let text = (["roost input 1"] + arrivals.map(\.line)).joined(separator: "\n")
    #expect(try InputRecord(parsing: text, file: "f").arrivals == arrivals)
    #expect(try record("roost input 1").isEmpty)
  }

  @Test(
    arguments: [
      "5", "5 ", "5 6", "5 616", "5 6g", "-5 61", "+5 61", "5  61", " 5 61", "5 61 62", "5 RESET", "x 61",
      "18446744073709551616 61", "5 ٦١",
    ])
  func whatIsNoArrivalIsToldOfWithItsLine(line: String) {
    #expect {
      try record("roost input 1", "1 61", line)
    } throws: { error in
      guard case .badInputRecord(file: "f", line: 3, _)? = error as? CommandError else { return false }
      return true
    }
  }

  @Test func timeDoesNotGoBackAndOtherFilesAreRefused() {
    #expect(throws: CommandError.self) { try record("roost input 1", "2 61", "1 61") }
    #expect(throws: CommandError.self) { try record("roost input 2") }
    #expect(throws: CommandError.self) { try record("") }
  }
}
