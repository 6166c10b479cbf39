import Monitor
import YAMLReading

// How the values of a fleet file are written.

extension ValueType where Value == ProcessorCap {
  /// `50%` of a core, or `20 MIPS`.
  static var cap: Self {
    Self(
      "a part of a core such as 50% (at most 100%), or a speed such as 20 MIPS",
      schema: .text(pattern: "^[0-9]+([.][0-9]+)? ?(%|MIPS)$")
    ) { text, _ throws(Complaint) in
      let number = text.prefix { "0123456789.".contains($0) }
      let unit = text.dropFirst(number.count).drop { $0 == " " }
      guard number.first != ".", number.last != ".", let amount = Double(number), amount > 0 else { throw .unexpected }
      switch unit {
      case "%" where amount <= 100: return .percent(amount)
      case "MIPS" where amount.isFinite: return .mips(amount)
      default: throw .unexpected
      }
    }
  }
}

extension ValueType where Value == RestartPolicy {
  static var restart: Self {
    Self(
      "never, on-failure, on-failure:5 (at most so many times in a row) or always",
      schema: .text(pattern: "^(never|no|always|on-failure(:[0-9]+)?)$")
    ) { text, _ throws(Complaint) in
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      switch (parts.first, parts.dropFirst().first) {
      case ("never", nil), ("no", nil): return .never
      case ("always", nil): return .always
      case ("on-failure", nil): return .onFailure(limit: nil)
      case ("on-failure", let count?):
        guard count.utf8.first != UInt8(ascii: "+"), let limit = UInt32(count) else { throw .unexpected }
        return .onFailure(limit: limit)
      default: throw .unexpected
      }
    }
  }
}
