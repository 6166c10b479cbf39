import GuestImage
import ISA

/// Writes code as a listing: labels, addresses, bits and instructions, and data where the image marks it.
struct Listing {
  private let symbols: SymbolTable?
  private let decoder: Decoder
  private let disassembler: Disassembler

  init(symbols: SymbolTable?, isa: ISAConfiguration) {
    self.symbols = symbols
    decoder = Decoder(configuration: isa)
    disassembler = Disassembler { symbols?.describe($0) }
  }

  /// Writes what of `code` lies in `range`, in pieces.
  /// - Parameter emit: takes a piece.
  func write(_ code: CodeRange, in range: Range<UInt64>, to emit: (String) throws -> Void) rethrows {
    var text = "\n\(code.name) \(hex(range.lowerBound))-\(hex(max(range.upperBound, 1) - 1))\n"
    var labels = (symbols?.symbols(in: range) ?? [])[...]
    var address = range.lowerBound
    while address < range.upperBound {
      while let label = labels.first, UInt64(label.address) <= address {
        text += "\n\(digits(label.address, 8)) <\(label.name)>:\n"
        labels.removeFirst()
      }
      let (line, length) = line(at: address, of: code, end: range.upperBound)
      text += line
      address += UInt64(length)
      if text.utf8.count > 32 << 10 {
        try emit(text)
        text = ""
      }
    }
    try emit(text)
  }

  /// The line for what is at an address, and how many bytes it covers.
  private func line(at address: UInt64, of code: CodeRange, end: UInt64) -> (String, Int) {
    let place = UInt32(truncatingIfNeeded: address)
    let rest = code.bytes.dropFirst(Int(address - code.range.lowerBound)).prefix(Int(end - address))
    let margin = digits(place, 8) + ":  "
    if let data = code.data.first(where: { $0.contains(address) }) {
      let count = min(4, rest.count, Int(data.upperBound - address))
      return (margin + Self.data(rest.prefix(count)), count)
    }
    guard rest.count >= 2 else { return (margin + Self.data(rest), max(rest.count, 1)) }
    let low = Self.word(rest.prefix(2))
    guard low & 3 != 3 || rest.count >= 4 else { return (margin + Self.data(rest.prefix(2)), 2) }
    let bits = low & 3 == 3 ? Self.word(rest.prefix(4)) : low
    let instruction = decoder.decode(bits)
    let shown = instruction.length == 2 ? digits(bits, 4) + "    " : digits(bits, 8)
    return ("\(margin)\(shown)  \(disassembler.text(instruction, bits: bits, at: place))\n", Int(instruction.length))
  }

  private static func data(_ bytes: ArraySlice<UInt8>) -> String {
    let directive = bytes.count == 4 ? ".word" : bytes.count == 2 ? ".half" : ".byte"
    guard directive != ".byte" else {
      return "          .byte " + bytes.map { "0x" + digits(UInt32($0), 2) }.joined(separator: ", ") + "\n"
    }
    let value = digits(word(bytes), bytes.count * 2)
    return value + String(repeating: " ", count: 10 - value.count) + "\(directive) 0x\(value)\n"
  }

  /// Little-endian.
  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
