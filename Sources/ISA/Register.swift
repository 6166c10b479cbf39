/// The names that the calling convention gives to registers.
public enum Register {
  /// `zero`, `ra`, `sp`, … of integer register `number`, modulo 32.
  public static func integer(_ number: UInt8) -> String { integers[Int(number & 31)] }

  /// `ft0`, `ft1`, … of floating-point register `number`, modulo 32.
  public static func float(_ number: UInt8) -> String { floats[Int(number & 31)] }

  private static let integers =
    ["zero", "ra", "sp", "gp", "tp"] + numbered("t", 0...2) + numbered("s", 0...1) + numbered("a", 0...7)
    + numbered("s", 2...11) + numbered("t", 3...6)

  private static let floats =
    numbered("ft", 0...7) + numbered("fs", 0...1) + numbered("fa", 0...7) + numbered("fs", 2...11)
    + numbered("ft", 8...11)

  private static func numbered(_ prefix: String, _ numbers: ClosedRange<Int>) -> [String] {
    numbers.map { prefix + String($0) }
  }
}
