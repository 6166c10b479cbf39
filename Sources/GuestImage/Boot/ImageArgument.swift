/// A command-line argument of the form `FILE` or `FILE@ADDRESS`.
public struct ImageArgument: Equatable, Sendable {
  public let path: String
  public let address: UInt32?

  /// Splits at the last `@` that a digit follows; a path may hold any other `@`.
  /// - Throws: `ImageError.badAddress` if what follows is no 32-bit number (decimal, or hexadecimal after `0x`).
  public init(_ argument: String) throws(ImageError) {
    guard let separator = argument.lastIndex(of: "@"), separator != argument.startIndex,
      case let text = argument[argument.index(after: separator)...], text.first.map({ "0"..."9" ~= $0 }) ?? true
    else {
      path = argument
      address = nil
      return
    }
    let isHexadecimal = text.hasPrefix("0x") || text.hasPrefix("0X")
    let digits = isHexadecimal ? text.dropFirst(2) : text
    // UInt32 would also take a leading sign.
    guard digits.first.map({ $0 != "+" && $0 != "-" }) ?? false,
      let value = UInt32(digits, radix: isHexadecimal ? 16 : 10)
    else { throw .badAddress(argument: argument, address: String(text)) }
    path = String(argument[..<separator])
    address = value
  }
}
