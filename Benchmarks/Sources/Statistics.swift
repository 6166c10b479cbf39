#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// The middle value; the mean of the two middle ones when their number is even. Nil without values.
func median(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  let sorted = values.sorted(), middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// The geometric mean of positive values. Nil without values.
func geometricMean(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  return exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
}
