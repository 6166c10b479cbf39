import ISA

/// The seam to an engine that makes host code of blocks. One serves all harts of a machine. What is called often needs none
/// of it: where host code begins is in blocks and in `HostCodeState`.
package protocol HostCodeEngine: AnyObject {
  /// How often a block is looked up before `translate` is called for it.
  var threshold: UInt16 { get }
  /// Makes host code for `block` and what is around it, or leaves it as it is. No host code may be running.
  func translate(_ block: BlockPointer)
  /// Makes better host code for `block`, which has counted down. No host code may be running.
  func improve(_ block: BlockPointer)
  /// Makes `exit`, by which host code was left, lead straight to the host code of `block`, if it always leads to that block.
  func link(_ exit: UInt32, to block: BlockPointer)
  /// Host code made from `block` must not be entered again.
  func invalidate(_ block: BlockPointer)
  /// All blocks are dropped, and host code with them. No host code may be running.
  func flush()
}
