import CHost

/// Instructions beyond those of every x86-64 processor that host and kernel have.
package struct HostFeatures: OptionSet, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// tzcnt.
  package static let bmi1 = HostFeatures(rawValue: UInt32(CHOST_BMI1))
  /// shlx, shrx, sarx and rorx.
  package static let bmi2 = HostFeatures(rawValue: UInt32(CHOST_BMI2))
  package static let lzcnt = HostFeatures(rawValue: UInt32(CHOST_LZCNT))
  package static let popcnt = HostFeatures(rawValue: UInt32(CHOST_POPCNT))
  /// Arithmetic with three operands.
  package static let avx = HostFeatures(rawValue: UInt32(CHOST_AVX))
  package static let fma = HostFeatures(rawValue: UInt32(CHOST_FMA))

  /// Those of this host; none where it is not x86-64.
  package static let host = HostFeatures(rawValue: chost_processor_features())
}
