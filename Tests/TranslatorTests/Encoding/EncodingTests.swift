import Foundation
import Testing
import Translator

/// Every form that `Assembler` has against what clang made of its text when that was recorded.
@Suite struct EncodingTests {
  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Fixtures/x86-encodings.txt")
  private static let recording = "ROOST_RECORD_ENCODINGS"

  private static let forms: [Form] = {
    var forms = Forms()
    forms.addMoves()
    forms.addMemory()
    forms.addArithmetic()
    forms.addMultiplication()
    forms.addShifts()
    forms.addTransfers()
    forms.addFloats()
    return forms.all
  }()

  @Test func everyFormIsAsClangHasIt() throws {
    let recorded = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n").map(String.init)
    try #require(recorded.count == Self.forms.count, "set \(Self.recording) to record again")
    var differences: [String] = []
    for (form, line) in zip(Self.forms, recorded) where form.line != line {
      differences.append("\(form.line), and recorded: \(line)")
    }
    let (count, some) = (differences.count, differences.prefix(20))
    #expect(count == 0, "\(some.joined(separator: "\n"))")
  }

  /// Writes the file that the test above reads.
  @Test(.enabled(if: ProcessInfo.processInfo.environment[Self.recording] != nil)) func record() throws {
    let clang = try #require(Clang())
    let encodings = try clang.assemble(Self.forms.map(\.text))
    let lines = zip(Self.forms, encodings).map { Form(text: $0.text, bytes: $1).line + "\n" }
    try Data(lines.joined().utf8).write(to: Self.file)
  }

  @Test func conditionsInvert() {
    for condition in HostCondition.allCases {
      #expect(condition.inverted != condition)
      #expect(condition.inverted.inverted == condition)
      #expect(condition.inverted.rawValue | 1 == condition.rawValue | 1)
    }
  }

  @Test func longNopsAreSeveral() {
    #expect(assembled { $0.nop(0) }.isEmpty)
    #expect(hexadecimal(assembled { $0.nop(11) }) == "0f1f840000000000" + "0f1f00")
  }
}
