import Monitor
import Testing

@Suite("Latency histogram")
struct LatencyHistogramTests {
  @Test("quantiles are right to an eighth")
  func quantiles() {
    var histogram = LatencyHistogram()
    for value in 1...100_000 as ClosedRange<UInt64> { histogram.record(value) }
    for fraction in [0.01, 0.5, 0.9, 0.99, 0.999] {
      let exact = fraction * 100_000
      let found = Double(histogram.quantile(fraction))
      #expect(found >= exact && found <= exact * 1.125, "\(fraction): \(found)")
    }
    #expect(histogram.quantile(1) == 100_000)
    #expect(histogram.maximum == 100_000)
    #expect(histogram.count == 100_000)
  }

  @Test("no value is out of range")
  func extremes() {
    var histogram = LatencyHistogram()
    #expect(histogram.quantile(0.5) == 0)
    for value in [0, 1, 7, 8, 9, .max, 1 << 40] as [UInt64] { histogram.record(value) }
    #expect(histogram.quantile(0) == 0)
    #expect(histogram.maximum == .max)
    #expect(histogram.quantile(0.5) == 8)
  }

  @Test("two can be added up")
  func merging() {
    var sum = LatencyHistogram()
    var other = LatencyHistogram()
    other.record(100)
    sum.merge(other)
    sum.merge(other)
    #expect(sum.count == 2)
    #expect(sum.maximum == 100)
  }
}
