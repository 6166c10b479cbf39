/// Numbers in the form in which people like to read them.
package enum Quantity {
  /// With so many digits after the point.
  package static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return "-" }
    let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
    let scaled = UInt64(min((abs(value) * scale).rounded(), 1e18))
    let divisor = UInt64(scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + "\(scaled)" }
    let fraction = String(scaled % divisor)
    return sign + "\(scaled / divisor)." + String(repeating: "0", count: places - fraction.count) + fraction
  }

  /// `812us`, `3.2ms`, `14.5s`, `3m07s`, `2h05m`, `3d04h`.
  package static func time(nanoseconds: UInt64) -> String {
    let value = Double(nanoseconds)
    switch nanoseconds {
    case 0: return "0s"
    case ..<999_500: return "\((nanoseconds + 500) / 1000)us"
    case ..<999_950_000: return decimal(value / 1e6, places: 1) + "ms"
    case ..<59_950_000_000: return decimal(value / 1e9, places: 1) + "s"
    default: break
    }
    let seconds = nanoseconds / 1_000_000_000
    func pair(_ large: UInt64, _ unit: String, _ small: UInt64, _ smallUnit: String) -> String {
      "\(large)\(unit)\(small < 10 ? "0" : "")\(small)\(smallUnit)"
    }
    switch seconds {
    case ..<3600: return pair(seconds / 60, "m", seconds % 60, "s")
    case ..<86_400: return pair(seconds / 3600, "h", seconds / 60 % 60, "m")
    default: return pair(seconds / 86_400, "d", seconds / 3600 % 24, "h")
    }
  }

  /// `0`, `812`, `3.2K`, `64.0M`, `1.5G`: in units of 1024.
  package static func bytes(_ count: UInt64) -> String {
    var value = Double(count)
    guard count >= 1024 else { return "\(count)" }
    for unit in ["K", "M", "G"] {
      value /= 1024
      if value < 1023.95 { return decimal(value, places: 1) + unit }
    }
    return decimal(value / 1024, places: 1) + "T"
  }

  /// `812`, `3.2k`, `64.0M`, `1.5G`: in units of 1000.
  package static func count(_ count: UInt64) -> String {
    var value = Double(count)
    guard count >= 1000 else { return "\(count)" }
    for unit in ["k", "M", "G"] {
      value /= 1000
      if value < 999.95 { return decimal(value, places: 1) + unit }
    }
    return decimal(value / 1000, places: 1) + "T"
  }

  package static func percent(_ value: Double) -> String { decimal(value, places: 1) }
}
