import CXXHash

/// XXH3's 128 bits over some bytes: they tell that bytes have changed by accident, not that somebody meant them to.
struct Digest: Equatable {
  static let size = 16
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  init() {}

  init(of bytes: UnsafeRawBufferPointer) {
    let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
    (low, high) = (hash.low64, hash.high64)
  }

  init(of bytes: [UInt8]) { self = bytes.withUnsafeBytes { Digest(of: $0) } }

  /// The low half first, each with its least significant byte first.
  var bytes: [UInt8] {
    [low, high].flatMap { half in stride(from: UInt64(0), to: 64, by: 8).map { UInt8(truncatingIfNeeded: half >> $0) } }
  }
}

/// The digest of a section: that of the digests of its pieces, so that a piece need not wait for the one before.
package struct SectionDigest {
  /// Bytes of a piece, except for the last: few enough to stay in the host's cache between reading and hashing.
  static let pieceSize = 256 << 10

  private var pieces: [UInt8] = []

  init() {}

  /// That of a section that is there as a whole.
  package init(of bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: Self.pieceSize) {
        let piece = bytes[start..<min(start + Self.pieceSize, bytes.count)]
        append(UnsafeRawBufferPointer(rebasing: piece))
      }
    }
  }

  mutating func append(_ piece: UnsafeRawBufferPointer) { pieces += Digest(of: piece).bytes }

  package var value: [UInt8] { Digest(of: pieces).bytes }
}
