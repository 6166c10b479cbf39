import HartEngine
import ISA

/// The host code of a block or a region, beside the guest code and the intermediate representation it was made from.
public struct HostCodeListing: Sendable {
  /// What a stretch of host code is for.
  public enum Subject: Sendable, Equatable {
    /// The way into the block at that address: registers are exchanged, entries counted, the budget charged.
    case enter(pc: UInt32)
    /// An instruction of the guest's, with its bits.
    case instruction(pc: UInt32, bits: UInt32)
    /// The way from a block that no jump ends to the instruction after it.
    case next(pc: UInt32)
    /// What is rarely run, and why, of the instruction or block at that address.
    case rare(String, pc: UInt32)
  }

  /// Something of the intermediate representation, and its host code.
  public struct Row: Sendable {
    public var subject: Subject
    /// Empty where nothing was needed.
    public var intermediate: String
    /// In `code`; may be empty, and is never in both its parts.
    public var host: Range<Int>
  }

  /// Whether it is a region, not a block by itself.
  public var isRegion: Bool
  /// Guest address where it is entered.
  public var entry: UInt32
  public var blocks: Int
  /// Guest instructions.
  public var instructions: Int
  /// Host address of the first byte.
  public var start: UInt
  /// Host address of what is rarely run, which a region has elsewhere.
  public var rareStart: UInt
  /// The one and then the other; how many bytes are before what is rarely run.
  public var code: [UInt8]
  public var rareOffset: Int
  /// In the order of the host code, but for guest instructions without any, which stand in their place.
  public var rows: [Row]
}

/// Why there is no host code of an instruction.
public enum HostCodeAbsence: Sendable, Equatable {
  /// It is in no block that is decoded at present.
  case notDecoded
  /// It has been run, but not often enough.
  case cold(lookUps: Int, needed: Int)
  /// It was translated, or was to be, and the host code is gone: there was no room, or it could not be made.
  case dropped
}

extension Translator {
  /// All host code that is in use and was made from the guest instruction at `pc`, a listing for each block or region:
  /// in other address spaces there may be other code at that address. No host code may be running.
  /// - Parameter limit: the most listings.
  public func listings(at pc: UInt32, limit: Int = 8) -> [HostCodeListing] {
    var numbers: [Int] = []
    for membership in memberships where !regions[membership.region].isDead && numbers.count < limit {
      if membership.block.pointee.holds(pc), !numbers.contains(membership.region) { numbers.append(membership.region) }
    }
    return numbers.compactMap(listing)
  }

  /// Why there is no listing for `pc`.
  public func absence(at pc: UInt32) -> HostCodeAbsence {
    var found: HostCodeAbsence = .notDecoded
    cache.forEachBlock { block in
      guard block.pointee.holds(pc), block.pointee.kind != .invalid else { return }
      if block.pointee.heat < threshold {
        if found != .dropped { found = .cold(lookUps: Int(block.pointee.heat), needed: Int(threshold)) }
      } else {
        found = .dropped
      }
    }
    return found
  }

  /// Translates once more, into memory of its own, to learn what belongs to what: to keep that for all code would cost
  /// more than the code.
  private func listing(of number: Int) -> HostCodeListing? {
    let region = regions[number]
    former.form(again: memberships.lazy.filter { $0.region == number }, into: &blocks)
    guard !blocks.isEmpty, build() else { return nil }
    let (extent, slack) = (region.extent, Assembler.longestInstruction)
    let low = min(extent.blocks.lowerBound, extent.rare.lowerBound)
    // What lies between the parts is not touched, so that the host gives no memory for it.
    let scratch = UnsafeMutablePointer<UInt8>.allocate(
      capacity: max(extent.blocks.upperBound, extent.rare.upperBound) + slack - low)
    let marks = UnsafeMutablePointer<Int32>.allocate(capacity: builder.pointee.count + 1)
    defer {
      scratch.deallocate()
      marks.deallocate()
      self.marks = nil
    }
    self.marks = marks
    defer { sites.forgetNew() }
    // Offsets count from where they do in the buffer, so that distances, and with them lengths, are the same.
    let last = (region.countsDown ? extent.rare : extent.blocks).upperBound
    let assembler = Assembler(start: scratch - low, room: extent.blocks.lowerBound..<last + slack)
    var lowering = lowering(into: assembler, countsDown: region.countsDown)
    let rare = extent.rare.lowerBound..<extent.rare.upperBound + slack
    guard lower(with: &lowering, rare: region.countsDown ? nil : rare, countsDown: region.countsDown) == extent
    else { return nil }
    var rows: [HostCodeListing.Row] = []
    for index in blocks.indices { rows += self.rows(ofBlock: index, extent, marks) }
    rows += rareRows(lowering.laterCount, extent)
    return HostCodeListing(
      isRegion: !region.countsDown, entry: region.head.pointee.pc, blocks: blocks.count,
      instructions: blocks.reduce(0) { $0 + Int($1.count) }, start: address(extent.blocks.lowerBound),
      rareStart: address(extent.rare.lowerBound),
      code: bytes(extent.blocks) + bytes(extent.rare.lowerBound..<extent.deadEnd), rareOffset: extent.blocks.count,
      rows: rows)
  }

  private func bytes(_ range: Range<Int>) -> [UInt8] {
    Array(UnsafeBufferPointer(start: buffer.writable + range.lowerBound, count: range.count))
  }

  private func rows(
    ofBlock index: Int, _ extent: CodeExtent, _ marks: UnsafeMutablePointer<Int32>
  ) -> [HostCodeListing.Row] {
    let block = blocks[index]
    let entry = extent.blocks.lowerBound
    let start = index == 0 ? entry : place(ofBlock: index)
    let end = index + 1 < blocks.count ? place(ofBlock: index + 1) : extent.blocks.upperBound
    let pc = block.source.pointee.pc
    func range(_ from: Int, _ to: Int) -> Range<Int> { from - entry..<max(from, to) - entry }
    var place = block.first
    let body = place < block.last ? Int(marks[place]) : end
    var rows = [HostCodeListing.Row(subject: .enter(pc: pc), intermediate: "enter", host: range(start, body))]
    var operation = Block.operations(block.source)
    while true {
      let goesOn = Int32(operation.tag) == block.count
      let subject: HostCodeListing.Subject =
        goesOn
        ? .next(pc: operation.extra)
        : .instruction(pc: operation.extra, bits: cache.bits(at: operation.extra, in: block.source.pointee.codePage))
      let count = rows.count
      while place < block.last, self.operation(at: builder.pointee.instructions[place].site) == operation {
        let from = Int(marks[place])
        let to = place + 1 < block.last ? Int(marks[place + 1]) : end
        rows.append(
          HostCodeListing.Row(
            subject: subject, intermediate: "\(builder.pointee.instructions[place])", host: range(from, to)))
        place += 1
      }
      if rows.count == count {
        let here = place < block.last ? Int(marks[place]) : end
        rows.append(HostCodeListing.Row(subject: subject, intermediate: "", host: range(here, here)))
      }
      if goesOn || operation.opcode.endsBlock { return rows }
      operation += 1
    }
  }

  private func operation(at site: UInt32) -> OperationPointer {
    OperationPointer(
      (cache.arena + Int(SlowPathSite(packed: site).place) << 4).assumingMemoryBound(to: Instruction.self))
  }

  private func rareRows(_ count: Int, _ extent: CodeExtent) -> [HostCodeListing.Row] {
    var rows: [HostCodeListing.Row] = []
    let before = extent.rare.lowerBound - extent.blocks.count
    var start = extent.rare.lowerBound
    for index in 0...count {
      // What the region's rare code shares comes last.
      let end = index == count ? extent.deadEnd : index + 1 < count ? Int(later[index + 1].entry.place) : extent.shared
      let subject = rareSubject(index < count ? later[index] : nil)
      if end > start {
        rows.append(
          HostCodeListing.Row(subject: subject, intermediate: "", host: start - before..<end - before))
      }
      start = max(start, end)
    }
    return rows
  }

  /// - Parameter code: nil for what all rare code of a region shares.
  private func rareSubject(_ code: LaterCode?) -> HostCodeListing.Subject {
    guard let code else { return .rare("shared", pc: blocks[0].source.pointee.pc) }
    return switch code.kind {
    case .outside: .rare("slow path", pc: operation(at: code.value).extra)
    case .quotient, .remainder: .rare("special division", pc: blocks[0].source.pointee.pc)
    case .canonical: .rare("NaN", pc: blocks[0].source.pointee.pc)
    case .misaligned: .rare("not aligned", pc: operation(at: later[Int(code.value)].value).extra)
    case .spent: .rare("budget spent", pc: code.value)
    case .exit: .rare("exit to", pc: code.value)
    case .unlinked: .rare("not linked to", pc: code.value)
    case .callBeside: .rare("call by register from before", pc: code.value)
    case .deep: .rare("too many calls before", pc: code.value)
    case .check: .rare("checked before", pc: blocks[Int(code.value)].pc)
    case .lookUp: .rare("looked up", pc: code.value)
    case .besideCode: .rare("store near code", pc: operation(at: later[Int(code.value)].value).extra)
    case .refused: .rare("left to the interpreter", pc: code.value)
    case .group:
      .rare("checked one by one", pc: operation(at: builder.pointee.instructions[Int(code.value)].site).extra)
    }
  }
}

extension Block {
  /// Whether the instruction at that guest address is one of its own.
  fileprivate func holds(_ pc: UInt32) -> Bool { pc &- self.pc < UInt32(byteCount) }
}
