import Diagnosis
import Foundation
import Testing

/// A line of guests/broken/faults.txt.
struct PlantedFault: Sendable, CustomTestStringConvertible {
  var name: String
  var firmware: String
  var harts: Int
  var isa: String?
  var input: String
  var words: [String]
  var testDescription: String { name }

  static let all: [PlantedFault] = {
    let text = (try? String(contentsOf: guestSources.appending(path: "broken/faults.txt"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let fields = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard fields.count == 7, let harts = Int(fields[2]) else { return nil }
      return PlantedFault(
        name: fields[0], firmware: fields[1], harts: harts, isa: fields[3] == "-" ? nil : fields[3],
        input: fields[4] == "-" ? "" : fields[4],
        words: fields[6].split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) })
    }
  }()
}

@Suite struct BrokenGuestsTests {
  @Test func thereAreAsManyFaultsAsFiles() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: guestSources.appending(path: "broken").path)
    let variants = files.filter { $0.hasSuffix(".S") && $0 != "hooks.S" }.map { String($0.dropLast(2)) }
    #expect(variants.sorted() == PlantedFault.all.map(\.name).sorted())
    #expect(PlantedFault.all.count == 24)
  }

  @Test(arguments: PlantedFault.all)
  func theFirstFindingNamesThePlantedFault(fault: PlantedFault) throws {
    let patient = try Patient(
      "broken/\(fault.name).elf", firmware: fault.firmware, harts: fault.harts, isa: fault.isa)
    patient.run(milliseconds: 100, typing: fault.input)
    let diagnosis = patient.examine()
    let text = diagnosis.text
    let first = try #require(diagnosis.findings.first, "nothing was found\n\(text)")
    let told = ([first.title] + first.seen + [first.usually]).joined(separator: "\n")
    for word in fault.words { #expect(told.contains(word), "'\(word)' is not told:\n\(text)") }
    #expect(first.certainty > .possible)
    if ProcessInfo.processInfo.environment["SHOW_DIAGNOSES"] != nil { print("== \(fault.name)\n\(text)") }
  }
}
