/// An integer whose bits are an IEEE 754 binary number: `UInt32` for single precision, `UInt64` for double.
///
/// The engine keeps guest numbers as bit patterns, so that no host operation can quieten a signalling NaN unasked.
public protocol FloatFormat: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable
where Magnitude == Self {
  /// A signed integer of the same width.
  associatedtype Signed: FixedWidthInteger & SignedInteger
  /// The host's type of the same format.
  associatedtype Host: BinaryFloatingPoint
  /// Width of the stored fraction in bits: 23 or 52.
  static var fractionBits: Int32 { get }
  /// What the exponent field of the number 1 holds: 127 or 1023.
  static var exponentBias: Int32 { get }
  init(host: Host)
  /// The nearest number, ties to even.
  init(nearest double: Double)
  var host: Host { get }
  /// The number in double precision, which holds either format exactly.
  var wide: Double { get }
}

extension UInt32: FloatFormat {
  public typealias Signed = Int32
  public typealias Host = Float
  @inlinable public static var fractionBits: Int32 { 23 }
  @inlinable public static var exponentBias: Int32 { 127 }
  @inlinable public init(host: Float) { self = host.bitPattern }
  @inlinable public init(nearest double: Double) { self = Float(double).bitPattern }
  @inlinable public var host: Float { Float(bitPattern: self) }
  @inlinable public var wide: Double { Double(host) }
}

extension UInt64: FloatFormat {
  public typealias Signed = Int64
  public typealias Host = Double
  @inlinable public static var fractionBits: Int32 { 52 }
  @inlinable public static var exponentBias: Int32 { 1023 }
  @inlinable public init(host: Double) { self = host.bitPattern }
  @inlinable public init(nearest double: Double) { self = double.bitPattern }
  @inlinable public var host: Double { Double(bitPattern: self) }
  @inlinable public var wide: Double { host }
}

extension FloatFormat {
  /// The sign bit alone; also minus zero.
  @inlinable static var signMask: Self { 1 &<< Self(truncatingIfNeeded: bitWidth &- 1) }
  /// All exponent bits alone; also plus infinity.
  @inlinable static var infinity: Self { signMask &- hiddenBit }
  /// The exponent's lowest bit alone, in whose place a significand has its leading one; also the smallest normal number.
  @inlinable static var hiddenBit: Self { 1 &<< Self(truncatingIfNeeded: fractionBits) }
  /// The fraction's highest bit alone, set in quiet NaNs.
  @inlinable static var quietBit: Self { hiddenBit &>> 1 }
  /// What operations return for "not a number": positive, quiet, and no payload.
  @inlinable public static var canonicalNaN: Self { infinity | quietBit }

  @inlinable var sign: Self { self & Self.signMask }
  @inlinable var isNegative: Bool { sign != 0 }
  /// The number with its sign cleared.
  @inlinable var absolute: Self { self & ~Self.signMask }
  @inlinable var isNaN: Bool { absolute > Self.infinity }
  @inlinable var isSignalingNaN: Bool { isNaN && self & Self.quietBit == 0 }
  @inlinable var isInfinite: Bool { absolute == Self.infinity }
  @inlinable var isZero: Bool { absolute == 0 }
  @inlinable var isFinite: Bool { absolute < Self.infinity }
  /// Finite and strictly above the smallest normal number: a rounded result here raised neither `overflow` nor
  /// `underflow`, nor was the operation invalid or a division by zero.
  @inlinable var isOrdinary: Bool { absolute &- (Self.hiddenBit &+ 1) < Self.infinity &- (Self.hiddenBit &+ 1) }
}
