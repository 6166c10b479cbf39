import Foundation

/// Runs `body` with the seeds 1…`count`, and with further ones until the seconds that FUZZ_SECONDS in the environment
/// names have passed. It gives way after each, so that several such tests share the time.
func forEachSeed(_ count: UInt64, _ body: (UInt64) throws -> Void) async rethrows {
  let seconds = ProcessInfo.processInfo.environment["FUZZ_SECONDS"].flatMap(Double.init) ?? 0
  let end = ContinuousClock.now + .seconds(seconds)
  var seed: UInt64 = 1
  while seed <= count || ContinuousClock.now < end {
    try body(seed)
    seed += 1
    await Task.yield()
  }
}
