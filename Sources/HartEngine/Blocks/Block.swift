import ISA

package typealias BlockPointer = UnsafeMutablePointer<Block>
package typealias OperationPointer = UnsafePointer<Instruction>

/// A run of decoded instructions with one entry, in the code cache; its operations follow it in memory.
///
/// Its size is a multiple of 16 bytes, so that operations have places that can be counted in those.
///
/// In an operation, `extra` is the instruction's address and `tag` the number of instructions before it in the block.
package struct Block: BitwiseCopyable {
  /// Where a taken branch or a direct jump at the end goes, once known; else `CodeCache.unlinked`.
  var taken: BlockPointer
  /// Where execution goes when the branch at the end is not taken, or when the block just ends.
  var fallThrough: BlockPointer
  /// What entering takes from the budget: `count`, or `neverEnter` to make every entry look the block up anew.
  package var entryCost: Int32
  /// Guest instructions in the block.
  package var count: Int32
  /// Virtual address of the first instruction.
  package var pc: UInt32
  /// Guest page of the first instruction; see `CodeCache`.
  package var codePage: UInt32
  /// Length in bytes of all instructions, as far as they are in the first one's page.
  var length: UInt16
  /// The second half of a straddling instruction, compared with memory at each entry.
  package var straddlingBits: UInt16
  package var kind: Kind
  /// How often the block was looked up while it had no host code; `.max` once that was often enough.
  package var heat: UInt16 = 0
  package var isHot: Bool { heat == .max }
  /// How often the block's host code may begin before it is worth better host code.
  package var countdown: Int32 = .max
  /// Most that the first stretch of its host code takes from the budget, or `neverEnter` while it has none.
  package var hostCost: Int32 = neverEnter
  /// The guest page that a straddling instruction's second half was in.
  package var secondPage: UInt32 = .max
  /// The engine's record of what host code was made from the block; 0 for none.
  package var hostRecord: UInt32 = 0
  /// Where its host code begins; while it has none, where code goes that jumps here without knowing.
  package var hostCode: UInt = 0
  /// Next block with the same hash, and next block in the same guest page.
  var nextInBucket: BlockPointer?
  var nextInPage: BlockPointer?

  /// How the block may be linked.
  package enum Kind: UInt8, BitwiseCopyable {
    /// Links only within its page, whose mapping it was found through.
    case translated
    /// Run from untranslated M-mode that no PMP entry restricts: links anywhere.
    case open
    /// One instruction that crosses into another page, which must be checked at each entry: linked only by host code,
    /// which checks it itself.
    case straddling
    /// The same, run as `open` is.
    case openStraddling
    /// No longer what memory says.
    case invalid

    /// Whether it is run from untranslated M-mode that no PMP entry restricts.
    package var isOpen: Bool { self == .open || self == .openStraddling }
    package var isStraddling: Bool { self == .straddling || self == .openStraddling }
  }

  /// Offset of the first instruction in its page.
  var offset: UInt32 { pc & 0xFFF }

  /// Bytes of guest code.
  package var byteCount: Int { Int(length) }

  package static let neverEnter: Int32 = .max
  /// Most instructions in one block.
  package static let capacity = 64
  /// Bytes that a block takes at most, with its operations.
  static let largestSize = MemoryLayout<Block>.stride + (capacity + 1) * MemoryLayout<Instruction>.stride

  /// First operation of the block at `pointer`.
  package static func operations(_ pointer: BlockPointer) -> OperationPointer {
    UnsafeRawPointer(pointer + 1).assumingMemoryBound(to: Instruction.self)
  }
}
