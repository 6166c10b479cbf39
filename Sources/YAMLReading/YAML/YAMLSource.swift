/// The text of a YAML file, checked and made safe to parse.
///
/// Some characters are replaced by private ones that no file has a use for: Yams would copy what an alias stands for into
/// the hashes of keys, which a file of a few hundred bytes can make go on for ever, so it gets to see no `*`, and aliases
/// are resolved by `YAMLTree`. Columns stay what they are.
struct YAMLSource {
  /// Stands for every `*`.
  static let star: Unicode.Scalar = "\u{10FFFD}"
  /// Keys that were given twice have one of these in place of their first ASCII character, which is its low seven bits.
  private static let masks: ClosedRange<UInt32> = 0xF_0000...0xF_FFFF

  private var scalars: [Unicode.Scalar] = []
  private var maskCount = 0
  /// Scalars that may be parsed again because of them.
  private static let maskedLimit = 1 << 20
  /// Where the text ends.
  private(set) var end = TextPosition()

  /// Reads UTF-8.
  init(_ bytes: ArraySlice<UInt8>) throws(Flaw) {
    scalars.reserveCapacity(bytes.count)
    var decoder = UTF8()
    var rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3).makeIterator() : bytes.makeIterator()
    var previous: Unicode.Scalar?
    while true {
      let decoded = decoder.decode(&rest)
      if let previous {
        var next: Unicode.Scalar?
        if case .scalarValue(let scalar) = decoded { next = scalar }
        end.pass(previous, before: next)
      }
      switch decoded {
      case .emptyInput: return
      case .error: throw Flaw(end, .notText)
      case .scalarValue(let scalar):
        guard Self.isAllowed(scalar) else { throw Flaw(end, .badCharacter(scalar: scalar.value)) }
        scalars.append(scalar == "*" ? Self.star : scalar)
        previous = scalar
      }
    }
  }

  /// What YAML calls printable, without the scalars that have a meaning here.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xFEFE, 0xFF00...0xFFFD, 0x1_0000...0xE_FFFF: true
    default: false
    }
  }

  /// The text for Yams. It holds a pointer into it, so it must not be one of the short strings that lie on the stack.
  var text: String {
    var text = String(String.UnicodeScalarView(scalars))
    while text.utf8.count < 16 { text += "\n" }
    return text
  }

  /// The scalar at a place, if there is one.
  func scalar(at position: TextPosition) -> Unicode.Scalar? { index(of: position).map { scalars[$0] } }

  /// Makes the key at `position` differ from every other; false if it does not start with an ASCII letter or `<`, or if
  /// that has been done often enough.
  mutating func mask(keyAt position: TextPosition) -> Bool {
    guard var index = index(of: position) else { return false }
    if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
    guard index < scalars.count, scalars[index].isASCII,
      scalars[index].properties.isAlphabetic || scalars[index] == "<",
      let mask = Unicode.Scalar(Self.masks.lowerBound + UInt32(maskCount) << 7 + scalars[index].value),
      maskCount < YAMLErrors.limit, (maskCount + 1) * scalars.count <= Self.maskedLimit
    else { return false }
    scalars[index] = mask
    maskCount += 1
    return true
  }

  /// A text of the document as the file has it.
  static func original(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0 == star || masks.contains($0.value) }) else { return text }
    let scalars = text.unicodeScalars.map { scalar in
      if scalar == star { return "*" as Unicode.Scalar }
      return masks.contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value & 0x7F)) : scalar
    }
    return String(String.UnicodeScalarView(scalars))
  }

  private func index(of position: TextPosition) -> Int? {
    var place = TextPosition()
    for (index, scalar) in scalars.enumerated() {
      if place == position { return index }
      place.pass(scalar, before: index + 1 < scalars.count ? scalars[index + 1] : nil)
    }
    return nil
  }
}
