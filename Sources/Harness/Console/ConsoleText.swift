/// Output of a guest as patterns see it: a byte for each byte, without carriage returns before line feeds.
struct ConsoleText {
  private let output: ArraySlice<UInt8>
  private let bytes: [UInt8]

  init(_ output: ArraySlice<UInt8>) {
    self.output = output
    let lineFeed = UInt8(ascii: "\n")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(output.count)
    for (index, byte) in zip(output.indices, output) {
      let isDropped = byte == UInt8(ascii: "\r") && index + 1 < output.endIndex && output[index + 1] == lineFeed
      if !isDropped { bytes.append(byte) }
    }
    self.bytes = bytes
  }

  /// As many bytes long as `bytes`.
  var string: String {
    if let valid = String(validating: bytes, as: UTF8.self) { return valid }
    var repaired: [UInt8] = []
    repaired.reserveCapacity(bytes.count)
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    while true {
      switch parser.parseScalar(from: &rest) {
      case .valid(let scalar): repaired += scalar
      case .error(let length): repaired += Array(repeating: UInt8(ascii: "?"), count: length)
      case .emptyInput: return String(decoding: repaired, as: UTF8.self)
      }
    }
  }

  func firstIndex(of wanted: [UInt8]) -> Int? {
    guard let first = wanted.first, wanted.count <= bytes.count else { return nil }
    var start = 0
    while let index = bytes[start...(bytes.count - wanted.count)].firstIndex(of: first) {
      if bytes[index..<index + wanted.count].elementsEqual(wanted) { return index }
      start = index + 1
      if start > bytes.count - wanted.count { return nil }
    }
    return nil
  }

  /// The bytes of the output that `range` stands for.
  func outputRange(of range: Range<Int>) -> Range<Int> {
    outputIndex(of: range.lowerBound)..<outputIndex(of: range.upperBound)
  }

  private func outputIndex(of wanted: Int) -> Int {
    if bytes.count == output.count { return output.startIndex + wanted }
    var count = 0
    for index in output.indices {
      let isDropped =
        output[index] == UInt8(ascii: "\r") && index + 1 < output.endIndex && output[index + 1] == UInt8(ascii: "\n")
      if count == wanted { return index }
      if !isDropped { count += 1 }
    }
    return output.endIndex
  }
}
