import ConformanceKit
import Foundation
import ISA

/// Output for people.
enum Report {
  static func printTable(_ rows: [GroupResult], showingCoverage: Bool) {
    print("\ngroup         programs  instructions  differences  seconds  least seen operation")
    for row in rows {
      let least = row.group.opcodes.min {
        row.counts[Int($0.rawValue)] < row.counts[Int($1.rawValue)]
      }
      let leastText = least.map { "\($0) \(row.counts[Int($0.rawValue)])" } ?? ""
      print(
        pad(row.group.rawValue, 14, left: false) + pad("\(row.programs)", 8)
          + pad("\(row.instructions)", 14)
          + pad("\(row.differences)", 13) + pad(String(format: "%.1f", row.seconds), 9) + "  "
          + leastText)
      if !row.missing.isEmpty {
        print("  never seen: \(row.missing.map { "\($0)" }.joined(separator: " "))")
      }
      if showingCoverage {
        let causes = row.causes.sorted { $0.key < $1.key }.map { "\(name($0.key)):\($0.value)" }
        print("  traps \(causes.joined(separator: " "))")
      }
    }
    let total = rows.reduce(0) { $0 + $1.instructions }
    print(
      pad("total", 14, left: false) + pad("\(rows.reduce(0) { $0 + $1.programs })", 8)
        + pad("\(total)", 14)
        + pad("\(rows.reduce(0) { $0 + $1.differences })", 13))
  }

  private static func name(_ cause: UInt32) -> String {
    cause >> 31 == 1 ? "interrupt \(cause & 0x7FFF_FFFF)" : "\(cause)"
  }

  private static func pad(_ text: String, _ width: Int, left: Bool = true) -> String {
    let spaces = String(repeating: " ", count: max(0, width - text.count))
    return left ? spaces + text : text + spaces
  }

  /// A trace line with its instruction in assembly behind it.
  static func disassembled(_ line: String) -> String {
    var copy = line
    guard let parsed = copy.withUTF8({ TraceLine(UnsafeRawBufferPointer($0)) }) else { return line }
    let instruction = Decoder(configuration: .complete).decode(parsed.bits)
    return line.padding(toLength: max(70, line.count), withPad: " ", startingAt: 0)
      + "  \(instruction.opcode)"
  }
}
