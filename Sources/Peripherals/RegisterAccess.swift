import ISA
import SystemBus

/// Refuses what a device of 32-bit registers does not decode: any width but a word, and a word that is not aligned.
@inline(__always)
func requireAlignedWord(at offset: UInt32, width: AccessWidth) throws(AccessFault) {
  guard width == .word, offset & 3 == 0 else { throw AccessFault() }
}

extension UInt64 {
  /// The upper or lower 32 bits.
  func word(high: Bool) -> UInt32 { UInt32(truncatingIfNeeded: high ? self >> 32 : self) }

  /// This value with its upper or lower 32 bits replaced.
  func replacingWord(high: Bool, with word: UInt32) -> UInt64 {
    high ? self & 0xFFFF_FFFF | UInt64(word) << 32 : self & ~0xFFFF_FFFF | UInt64(word)
  }
}
