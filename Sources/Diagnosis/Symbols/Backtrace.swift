import HartEngine
import ISA

/// Where a hart is and how it came there: the calls that have not returned, the innermost first.
public struct Backtrace: Sendable, Equatable {
  public struct Frame: Sendable, Equatable {
    /// How the frame was found.
    public enum Source: Sendable, Equatable {
      /// The next instruction.
      case pc
      /// Register `ra`. In a function that calls others it may be left over from one that has returned.
      case returnAddress
      /// The chain of frame pointers.
      case framePointer
      /// Where the trap that is being handled came from.
      case trap
    }

    /// The address of the next instruction, or the one to return to.
    public var address: UInt32
    public var source: Source
  }

  public var frames: [Frame]
  /// Whether the code keeps frame pointers. If it does not, no more can be told than the first two frames.
  public var hasFramePointers: Bool

  /// The most frames that are told.
  static let limit = 32

  /// Walks the stack of `hart`, which must not be running. Guest memory is only looked at.
  ///
  /// The frame pointer is `s0`; the return address lies 4 bytes below it and the caller's frame pointer 8 bytes (RISC-V
  /// psABI, "Frame Pointer Convention").
  public init(_ hart: Hart, symbols: SymbolMap) {
    frames = [Frame(address: hart.pc, source: .pc)]
    let mode = hart.mode
    let chain = Self.chain(from: hart[x: 8], of: hart, mode)
    hasFramePointers = !chain.isEmpty
    let link = hart[x: 1]
    if link != 0, link != chain.first, Self.isCode(link, hart, mode), Self.isCaller(link, of: hart.pc, symbols) {
      frames.append(Frame(address: link, source: .returnAddress))
    }
    frames += chain.prefix(Self.limit).map { Frame(address: $0, source: .framePointer) }
    if let origin = Self.trapOrigin(of: hart) { frames.append(Frame(address: origin, source: .trap)) }
  }

  /// Return addresses along the frame pointers, which must go up the stack.
  private static func chain(from start: UInt32, of hart: Hart, _ mode: PrivilegeMode) -> [UInt32] {
    var found: [UInt32] = []
    var frame = start
    while found.count < limit, frame >= 8, frame & 3 == 0 {
      guard let link = hart.inspectWord(frame &- 4, in: mode), let caller = hart.inspectWord(frame &- 8, in: mode),
        link != 0, isCode(link, hart, mode)
      else { break }
      found.append(link)
      guard caller > frame else { break }
      frame = caller
    }
    return found
  }

  private static func isCode(_ address: UInt32, _ hart: Hart, _ mode: PrivilegeMode) -> Bool {
    guard address & 1 == 0 else { return false }
    if case .memory = hart.prospect(of: address, .fetch, count: 2, in: mode) { return true }
    return false
  }

  /// Whether `ra` may be the caller of the function at `pc`: not if that function has itself called something.
  private static func isCaller(_ link: UInt32, of pc: UInt32, _ symbols: SymbolMap) -> Bool {
    guard let here = symbols.name(at: pc), let there = symbols.name(at: link &- 1) else { return true }
    return here != there
  }

  /// Where the trap that the current mode handles came from, if it handles one.
  private static func trapOrigin(of hart: Hart) -> UInt32? {
    guard hart.mode != .user, hart.trapHistory.nesting(in: hart.mode) > 0 else { return nil }
    return hart.value(of: hart.mode == .machine ? .mepc : .sepc)
  }

  /// A line for each frame: `#0 0x80400010 <main+0x4>`.
  public func lines(_ symbols: SymbolMap) -> [String] {
    var lines = frames.enumerated().map { index, frame in
      let note =
        switch frame.source {
        case .returnAddress: "  (ra)"
        case .trap: "  (where the trap came from)"
        case .pc, .framePointer: ""
        }
      let isReturn = frame.source == .returnAddress || frame.source == .framePointer
      let place = isReturn ? symbols.placeOfReturn(to: frame.address) : symbols.place(frame.address)
      return "#\(index) \(place)\(note)"
    }
    if !hasFramePointers { lines.append("(no frame pointers: only pc and ra are known)") }
    return lines
  }
}
