/// `0x` and the digits, the way every address is written.
func hex(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }

/// Exactly so many hexadecimal digits, or more where they do not suffice.
func digits(_ value: UInt32, _ count: Int) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: max(count - digits.count, 0)) + digits
}
