/// Random numbers that follow from a seed alone, for what devices and boot loaders give a guest to be unpredictable by.
///
/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014): every seed gives another
/// sequence, of 2⁶⁴ numbers. Good for tests that are to be repeated, and for nothing that must stay secret.
public struct DeviceEntropy: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}

extension VirtMachine {
  /// The seed of a machine under virtual time that was given none.
  public static let defaultSeed: UInt64 = 0

  private static let rngSeedLength = 32

  /// What the device tree's `rng-seed` is to be: always the same under virtual time or with a seed, else as the host's
  /// own random numbers have it.
  var rngSeed: [UInt8] {
    if let seed = configuration.seed ?? (virtualClock == nil ? nil : Self.defaultSeed) {
      var entropy = DeviceEntropy(seed: seed)
      return Self.bytes(from: &entropy)
    }
    var entropy = SystemRandomNumberGenerator()
    return Self.bytes(from: &entropy)
  }

  private static func bytes(from entropy: inout some RandomNumberGenerator) -> [UInt8] {
    (0..<rngSeedLength / 8).flatMap { _ in
      let word = entropy.next()
      return (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    }
  }
}
