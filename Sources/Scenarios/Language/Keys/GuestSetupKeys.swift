import Boards
import PlainText
import YAMLReading

extension KeyTable<GuestSetup> {
  /// As in a fleet file where the key is there as well.
  static let setup = KeyTable(
    owner: "a guest", schemaName: "guest",
    keys: Key<BootDescription>.boot.map { $0.within(\.boot) }
      + Key<MachineDescription>.machine.map { $0.within(\.machine) } + [
        Key(
          "seed", .integer(0...UInt64(Int64.max)), \.seed, "What the entropy of its devices is made from.",
          initial: "0"),
        Key(
          "clock-rate", .clockRate, \.instructionsPerTick,
          "Its speed in virtual time: how many instructions it executes in a second of its own time.",
          initial: "100 MIPS", otherNames: ["speed", "mips"]),
      ])
}

extension ValueType where Value == UInt64 {
  /// Instructions in 100 ns, written as a speed.
  static var clockRate: Self {
    Self("a speed in steps of 10 MIPS, such as 100 MIPS", schema: .text(pattern: "^[0-9]+0 ?MIPS$")) {
      text, _ throws(Complaint) in
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      guard text.dropFirst(digits.count).drop(while: { $0 == " " }) == "MIPS", let speed = UInt64(digits), speed > 0,
        speed % 10 == 0, speed <= 1_000_000
      else { throw .unexpected }
      return speed / 10
    }
  }
}
