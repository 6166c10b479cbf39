import ISA

/// Places where Spike's trace and Roost's may differ although both follow the specification, or that only concern how
/// Spike writes its log. This table is the only place where a difference is forgiven; what generated programs avoid for
/// the same reason is listed in docs/TRACE.md.
public struct KnownDifference: Sendable {
  public var name: String
  public var reason: String
  /// Takes out of a line of either trace what is not to be compared.
  var normalise: @Sendable (inout TraceLine) -> Void

  public static let all: [KnownDifference] = [
    KnownDifference(
      name: "mvip",
      reason:
        "Spike logs writes of mip as writes of mvip too, the AIA register it keeps them in; AIA is not implemented",
      normalise: { $0.writes[.csr(0x309)] = nil }),
    KnownDifference(
      name: "mstatush",
      reason:
        "Spike logs mstatush with every mret and write of mstatus; all its fields are read-only zero here",
      normalise: { if $0.writes[.csr(0x310)] == 0 { $0.writes[.csr(0x310)] = nil } }),
  ]

  /// True when the lines are equal but for known differences.
  static func explains(_ a: TraceLine, _ b: TraceLine) -> Bool {
    var (a, b) = (a, b)
    for rule in all {
      rule.normalise(&a)
      rule.normalise(&b)
    }
    return a == b
  }
}
