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
    KnownDifference(
      name: "FIOM",
      reason: "Spike hard-wires menvcfg.FIOM and senvcfg.FIOM to zero; with Sv32 they should be writable, as on QEMU",
      normalise: {
        $0.mask(.menvcfg, ~1)
        $0.mask(.senvcfg, ~1)
      }),
    KnownDifference(
      name: "medeleg",
      reason:
        "medeleg is WARL: Spike has no bit 0, as with C no jump is misaligned, and has bits above 15 of extensions "
        + "that are not implemented; QEMU has bit 0 and none above 15",
      normalise: { $0.mask(.medeleg, 0xB3FE) }),
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

extension TraceLine {
  /// Keeps only some bits of a CSR, where the line shows it written or read.
  fileprivate mutating func mask(_ number: CSR, _ mask: UInt32) {
    let target = Target.csr(number.rawValue)
    if let value = writes[target] { writes[target] = value & UInt64(mask) }
    let isCSRInstruction = bits & 0x7F == 0x73 && bits & 0x3000 != 0
    guard isCSRInstruction, bits >> 20 == UInt32(number.rawValue) else { return }
    let register = Target.integer(UInt8(bits >> 7 & 31))
    if let value = writes[register] { writes[register] = value & UInt64(mask) }
  }
}
