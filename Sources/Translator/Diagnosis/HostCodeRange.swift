import HartEngine

/// A stretch of host code and what it was made from, for profilers.
public struct HostCodeRange: Sendable, Equatable {
  /// What the host code is.
  public enum Kind: Sendable, Equatable {
    /// Of all guest code: the ways in and out.
    case common
    /// A block by itself, or as part of a region.
    case block, region
    /// What a block or a region does rarely: calls of the hart, exits, the end of the budget.
    case rareInBlock, rareInRegion
  }

  /// How the guest code reaches memory.
  public enum Space: Sendable, Equatable {
    /// As M-mode does, by physical addresses.
    case open
    /// Through the soft TLB.
    case translated
  }

  /// Host address of its first byte.
  public var start: UInt
  /// In bytes; not 0.
  public var size: Int
  /// Guest address of the first instruction that it was made from; 0 for `common`.
  public var pc: UInt32
  public var kind: Kind
  public var space: Space
}

/// Who wants to know where host code is. Called by the thread that runs the machine, between two runs of host code.
public protocol HostCodeObserver: AnyObject {
  /// Host code has been made. The places in memory are nobody else's, until `hostCodeWasDropped`.
  func hostCodeWasMade(_ ranges: [HostCodeRange])
  /// All host code but the common code has been dropped: its place in memory will be used again.
  func hostCodeWasDropped()
}

extension Translator {
  /// Where each block's own code lies, in the order of the layout, and what comes after them.
  func ranges(of blocks: [RegionBlock], _ extent: CodeExtent, isRegion: Bool) -> [HostCodeRange] {
    guard let head = blocks.first else { return [] }
    let space: HostCodeRange.Space = head.source.pointee.kind.isOpen ? .open : .translated
    var ranges: [HostCodeRange] = []
    func add(_ from: Int, _ to: Int, _ pc: UInt32, _ kind: HostCodeRange.Kind) {
      guard to > from else { return }
      ranges.append(HostCodeRange(start: address(from), size: to - from, pc: pc, kind: kind, space: space))
    }
    var start = extent.blocks.lowerBound
    for index in blocks.indices {
      let next = index + 1 < blocks.count ? place(ofBlock: index + 1) : extent.blocks.upperBound
      add(start, next, blocks[index].source.pointee.pc, isRegion ? .region : .block)
      start = next
    }
    add(extent.rare.lowerBound, extent.rare.upperBound, head.source.pointee.pc, isRegion ? .rareInRegion : .rareInBlock)
    return ranges
  }

  /// The code that all regions share.
  var commonRange: HostCodeRange {
    HostCodeRange(start: address(0), size: commonEnd, pc: 0, kind: .common, space: .open)
  }
}
