import HartEngine
import ISA
import SystemBus

/// Makes host code of a machine's guest code, for all of its harts.
public final class Translator {
  let cache: CodeCache
  let ram: GuestMemory
  private let firstPage: Int
  let buffer: CodeBuffer
  let budget: CodeBudget
  let common: CommonCode
  let commonEnd: Int
  let features = HostFeatures.host
  let alignmentMask: UInt32
  /// Nil where memory has no window: M-mode then uses the soft TLB, as all other modes do.
  private let lines: CodeLines?
  let sites: FaultSites
  package let threshold: UInt16
  let former: RegionFormer
  @exclusivity(unchecked) public internal(set) var statistics = TranslatorStatistics()
  /// Told of all host code from now on; it is meant to be there before the machine runs.
  @exclusivity(unchecked) public var observer: (any HostCodeObserver)? {
    didSet { observer?.hostCodeWasMade([commonRange]) }
  }

  /// What was found wrong with the intermediate representation; nil where it is not looked at, as always but in tests.
  @exclusivity(unchecked) package var complaints: [String]?
  /// Whether to take the time that translating needs.
  public var isTimed = false

  // What is reused from region to region.
  let builder: UnsafeMutablePointer<IRBlockBuilder>
  let later: UnsafeMutablePointer<LaterCode>
  private let entries: UnsafeMutablePointer<BlockEntry>
  // No function holds one of these while it calls another that changes it.
  @exclusivity(unchecked) var blocks: [RegionBlock] = []
  /// Where to note at which offset the code of each instruction of the intermediate representation begins.
  @exclusivity(unchecked) var marks: UnsafeMutablePointer<Int32>?

  @exclusivity(unchecked) private(set) var regions: [TranslatedRegion] = []
  @exclusivity(unchecked) private(set) var memberships: [Membership] = []
  @exclusivity(unchecked) private var exits: [Exit] = []
  /// How many exits there were before those: no number is used twice, so that one of dropped code means nothing.
  private var droppedExits: UInt32 = 0

  /// Host code of one guest, at most.
  public static let defaultCapacity = 32 << 20
  private static let mostBlocks = 48

  /// - Parameters:
  ///   - ram: what code that runs untranslated in M-mode reaches without a check.
  ///   - isEager: whether all code is translated as soon as it runs.
  ///   - capacity: bytes of host code, at most.
  ///   - budget: what it takes memory from beyond `guaranteedCapacity`.
  /// - Throws: where there is no back end for the host, or the host gives no memory that can be executed.
  public init(
    code: SharedCodeCache, ram: GuestMemory, isa: ISAConfiguration, isEager: Bool, capacity: Int = defaultCapacity,
    budget: CodeBudget = .process
  ) throws(MemoryError) {
    cache = code.cache
    self.ram = ram
    firstPage = Int(cache.locate(UInt64(ram.base))?.codePage ?? 0)
    alignmentMask = isa.has(.c) ? 0 : 2
    threshold = isEager ? 1 : Self.standardThreshold
    former = RegionFormer(code: cache, alignmentMask: alignmentMask)
    buffer = try CodeBuffer(capacity: capacity)
    guard let sites = FaultSites(buffer) else { throw MemoryError(size: capacity, errorNumber: 0) }
    self.sites = sites
    buffer.setLimit(Self.guaranteedCapacity)
    self.budget = budget
    lines = try CodeLines(of: ram)
    guard var assembler = buffer.assembler() else { throw MemoryError(size: capacity, errorNumber: 0) }
    common = CommonCode(&assembler)
    guard buffer.take(assembler) else { throw MemoryError(size: capacity, errorNumber: 0) }
    commonEnd = buffer.used
    builder = .allocate(capacity: 1)
    builder.initialize(to: IRBlockBuilder(capacity: 4096))
    later = .allocate(capacity: Lowering.mostLater)
    entries = .allocate(capacity: Self.mostBlocks)
    cache.engine = self
    if let lines {
      cache.onLinesChange = { [firstPage] page, bits in lines.set(page: Int(page) - firstPage, lines: bits) }
    }
    cache.unlinked.pointee.hostCode = noCode
  }

  deinit {
    cache.engine = nil
    cache.onLinesChange = nil
    giveBackRoom()
    builder.deinitialize(count: 1)
    builder.deallocate()
    later.deallocate()
    entries.deallocate()
  }

  private static let standardThreshold: UInt16 = 3
  /// How often a block is entered before what it leads to is translated with it.
  private static let countdown: Int32 = 50
  /// How many times as often what is already part of a region: else every place that a long stretch of code is come back
  /// to would begin a region with the same code behind it.
  private static let patience: Int32 = 2

  /// Where code goes that jumps to a block without host code.
  private var noCode: UInt { address(common.leaveTo) }

  func address(_ offset: Int) -> UInt { UInt(bitPattern: buffer.executable) &+ UInt(bitPattern: offset) }

  /// Lets a hart of the machine run host code.
  package func attach(_ hart: Hart) {
    // What host code takes for granted where it looks whether a store hits code: see `Lowering.stateBias`.
    precondition(UInt(bitPattern: hart.state) & 31 == 0 && UInt(bitPattern: ram.window?.start) & 0xFF == 0)
    hart.engine = self
    hart.state.pointee.host.operations = cache.arena
    hart.state.pointee.host.window = lines == nil ? nil : ram.window?.start
    hart.state.pointee.host.codeHalves =
      UnsafeRawPointer(cache.halves(of: UInt32(truncatingIfNeeded: firstPage))) - Int(ram.base >> 4)
    hart.state.pointee.host.code = UnsafeRawPointer(buffer.executable)
    hart.state.pointee.host.enter = UnsafeRawPointer(bitPattern: address(common.enter))
    hart.state.pointee.host.slowPath = unsafeBitCast(Hart.slowPath, to: UnsafeRawPointer.self)
  }

  /// Host memory in use, in bytes.
  public var residentBytes: Int { buffer.residentBytes + sites.residentBytes + (lines?.residentBytes ?? 0) }
}

/// Host code made from some blocks.
struct TranslatedRegion {
  let head: BlockPointer
  let extent: CodeExtent
  /// Whether it is of the first tier: a block that counts how often it is entered.
  let countsDown: Bool
  var isDead = false
  /// Whether it has been entered often enough once, and was left as it was, being part of a region already.
  var hasWaited = false
  /// Where simpler code for the same blocks began, which leads here now.
  var predecessor: Int?
  /// The last exit that was linked to it; 0 for none.
  var incoming: UInt32 = 0

  /// Offsets in the code buffer: where it begins, and what to jump to from there once it must not run.
  var entry: Int { extent.blocks.lowerBound }
  var end: Int { extent.deadEnd }
}

/// Where the code of a region lies, as offsets in the code buffer.
struct CodeExtent: Equatable {
  /// Its blocks, from where it is entered on.
  let blocks: Range<Int>
  /// What is rarely run; of the first tier right behind the blocks, else apart from them.
  let rare: Range<Int>
  /// In that: what the other rare code shares, and last of all what the entry jumps to once the region must not run.
  let shared: Int
  let deadEnd: Int
}

/// That a block is part of a region, in a list of the block's.
struct Membership {
  let region: Int
  /// The block's next one; 0 for none.
  let next: UInt32
  /// How many of the block's instructions.
  let count: Int32
  let block: BlockPointer
}

/// What a translator has done.
public struct TranslatorStatistics: Sendable {
  /// Blocks translated by themselves.
  public var blocks = 0
  /// Regions made of blocks that ran often.
  public var regions = 0
  /// Guest instructions in both, and in regions alone.
  public var instructions = 0
  public var regionInstructions = 0
  /// What making them took, in nanoseconds, while `Translator.isTimed`.
  public var blockNanoseconds: UInt64 = 0
  public var regionNanoseconds: UInt64 = 0
  /// Host code at this moment.
  public var bytes = 0
  /// Blocks and regions dropped because their guest code was overwritten.
  public var invalidations = 0
  /// Times all host code was dropped, resets among them.
  public var flushes = 0
  /// Exits that lead straight on.
  public var links = 0
}

extension Translator: HostCodeEngine {
  package func link(_ exit: UInt32, to block: BlockPointer) {
    guard let index = index(of: exit), block.pointee.hostCost != Block.neverEnter else { return }
    let from = exits[index]
    guard from.pc == block.pointee.pc, from.isOpen == block.pointee.kind.isOpen,
      from.isOpen || from.codePage == block.pointee.codePage
    else { return }
    guard from.region == 0, let region = region(of: block) else { return }
    buffer.patchJump(at: Int(from.place), to: regions[region].entry)
    exits[index].region = UInt32(truncatingIfNeeded: region + 1)
    exits[index].next = regions[region].incoming
    regions[region].incoming = exit
    statistics.links += 1
  }

  /// Where an exit's record is; nil when its code has been dropped.
  private func index(of exit: UInt32) -> Int? {
    let index = Int(exit) - Int(droppedExits) - 1
    return exits.indices.contains(index) ? index : nil
  }

  /// The region that begins with `block`.
  private func region(of block: BlockPointer) -> Int? {
    var record = block.pointee.hostRecord
    while record != 0, Int(record) <= memberships.count {
      let membership = memberships[Int(record) - 1]
      if regions[membership.region].head == block, !regions[membership.region].isDead { return membership.region }
      record = membership.next
    }
    return nil
  }

  /// Whether a region in use goes through `block`.
  private func isWithinRegion(_ block: BlockPointer) -> Bool {
    var record = block.pointee.hostRecord
    while record != 0, Int(record) <= memberships.count {
      let membership = memberships[Int(record) - 1]
      if !regions[membership.region].countsDown, !regions[membership.region].isDead { return true }
      record = membership.next
    }
    return false
  }

  package func invalidate(_ block: BlockPointer) {
    var record = block.pointee.hostRecord
    block.pointee.hostRecord = 0
    while record != 0, Int(record) <= memberships.count {
      let membership = memberships[Int(record) - 1]
      kill(membership.region)
      record = membership.next
    }
  }

  private func kill(_ index: Int) {
    guard !regions[index].isDead else { return }
    regions[index].isDead = true
    buffer.overwriteWithJump(at: regions[index].entry, to: regions[index].end)
    var exit = regions[index].incoming
    while let index = self.index(of: exit) {
      buffer.patchJump(at: Int(exits[index].place), to: Int(exits[index].unlinked))
      exits[index].region = 0
      exit = exits[index].next
    }
    regions[index].incoming = 0
    if let predecessor = regions[index].predecessor {
      buffer.overwriteWithJump(at: predecessor, to: regions[index].end)
    }
    forgetCode(of: regions[index].head)
    statistics.invalidations += 1
  }

  private func forgetCode(of head: BlockPointer) {
    head.pointee.hostCode = noCode
    head.pointee.hostCost = Block.neverEnter
    head.pointee.entryCost = Block.neverEnter
    head.pointee.heat = 0
  }

  package func flush() {
    dropCode()
    lines?.clear()
  }

  /// Drops host code, but not what blocks are known.
  private func dropCode() {
    regions.removeAll(keepingCapacity: true)
    memberships.removeAll(keepingCapacity: true)
    droppedExits &+= UInt32(truncatingIfNeeded: exits.count)
    exits.removeAll(keepingCapacity: true)
    buffer.truncate(to: commonEnd)
    sites.removeAll()
    cache.hostCodeWasDropped()
    observer?.hostCodeWasDropped()
    statistics.flushes += 1
  }

  // MARK: Translating

  package func translate(_ block: BlockPointer) {
    let started = isTimed ? HostTime.now : 0
    translate(block, isFirst: true)
    if isTimed { statistics.blockNanoseconds &+= HostTime.now &- started }
  }

  package func improve(_ block: BlockPointer) {
    let started = isTimed ? HostTime.now : 0
    defer { if isTimed { statistics.regionNanoseconds &+= HostTime.now &- started } }
    block.pointee.countdown = .max
    guard let simple = region(of: block) else { return }
    if !regions[simple].hasWaited, isWithinRegion(block) {
      regions[simple].hasWaited = true
      block.pointee.countdown = Self.countdown * Self.patience
      return
    }
    guard translate(block, isFirst: false), simple < regions.count, let better = region(of: block), better != simple
    else { return }
    // Who jumps to what there was before goes on to this, by itself where it is known.
    regions[simple].isDead = true
    buffer.overwriteWithJump(at: regions[simple].entry, to: regions[better].entry)
    var exit = regions[simple].incoming
    while let index = index(of: exit) {
      buffer.patchJump(at: Int(exits[index].place), to: regions[better].entry)
      exit = exits[index].next
    }
    regions[better].incoming = regions[simple].incoming
    regions[better].predecessor = regions[simple].entry
  }

  /// - Parameter isFirst: whether only the block itself is translated, with a count of how often it is entered.
  @discardableResult
  private func translate(_ block: BlockPointer, isFirst: Bool) -> Bool {
    guard block.pointee.kind != .invalid else { return false }
    former.form(from: block, mostBlocks: isFirst ? 1 : Self.mostBlocks, into: &blocks)
    guard !blocks.isEmpty, build() else { return false }
    adjustRoom()
    if !emit(countsDown: isFirst), !regions.isEmpty {
      // Room for all that is still in use will be found again.
      for membership in memberships { membership.block.pointee.hostRecord = 0 }
      for region in regions where !region.isDead { forgetCode(of: region.head) }
      dropCode()
      return emit(countsDown: isFirst)
    }
    return true
  }

  /// Makes the intermediate representation of `blocks`; false when it is too much.
  func build() -> Bool {
    builder.pointee.beginRegion()
    var semantics = IRSemantics(builder: builder)
    for index in blocks.indices {
      builder.pointee.beginBlock()
      blocks[index].first = builder.pointee.count
      let source = blocks[index].source
      builder.pointee.onlyTarget = blocks[index].end.isDirect ? blocks[index].end.taken : nil
      let count = Int(blocks[index].count)
      let operations = Block.operations(source)
      var site = SlowPathSite(
        place: UInt32(truncatingIfNeeded: (UnsafeRawPointer(operations) - UnsafeRawPointer(cache.arena)) >> 4),
        remaining: UInt32(truncatingIfNeeded: count))
      for index in 0..<count {
        let operation = operations + index
        builder.pointee.beginInstruction(operation, site: site.packed)
        execute(operation, in: &semantics)
        builder.pointee.endInstruction(destination: operation.pointee.rd)
        site.place &+= 1
        site.remaining &-= 1
      }
      if !operations[max(count - 1, 0)].opcode.endsBlock { builder.pointee.appendContinuation(site: site.packed) }
      let first = blocks[index].first
      let made = UnsafeMutableBufferPointer(
        start: builder.pointee.instructions + first, count: builder.pointee.count - first)
      Rotations.find(in: made)
      let fused = UnsafeMutableBufferPointer(rebasing: made[..<Fusion.fuse(made)])
      builder.pointee.cut(to: first + DeadWrites.remove(from: fused))
      blocks[index].last = builder.pointee.count
      assert(complaint(aboutBlock: index) == nil, complaint(aboutBlock: index) ?? "")
      if complaints != nil, let complaint = complaint(aboutBlock: index) { complaints?.append(complaint) }
    }
    return !builder.pointee.isFull
  }

  private func chooseVectors() -> VectorMap {
    guard builder.pointee.hasFloat else { return VectorMap() }
    var uses = InlineArray<32, UInt32>(repeating: 0)
    var written: UInt32 = 0
    for block in blocks {
      for index in block.first..<block.last {
        let instruction = builder.pointee.instructions[index]
        instruction.forEachFloat { register, isWritten in
          uses[Int(register & 31)] &+= block.weight
          if isWritten { written |= 1 &<< UInt32(register & 31) }
        }
      }
    }
    return VectorMap(uses: uses, written: written, passages: passages)
  }

  private func complaint(aboutBlock index: Int) -> String? {
    let block = blocks[index]
    let first = (UnsafeRawPointer(Block.operations(block.source)) - UnsafeRawPointer(cache.arena)) >> 4
    let start = UInt32(truncatingIfNeeded: first)
    return IRVerifier.complaint(
      about: UnsafeBufferPointer(start: builder.pointee.instructions + block.first, count: block.last - block.first),
      // One more for the operation that ends a block which no jump ends.
      operations: start...start &+ UInt32(bitPattern: block.count))
  }

  private func chooseRegisters() -> RegisterMap {
    var uses = InlineArray<32, UInt32>(repeating: 0)
    for block in blocks {
      for index in block.first..<block.last {
        let instruction = builder.pointee.instructions[index]
        instruction.forEachInteger { uses[Int($0)] &+= block.weight }
      }
    }
    return RegisterMap(uses: uses, passages: passages)
  }

  /// How often registers are exchanged for those between regions and back, weighted like the blocks.
  private var passages: UInt32 { blocks.reduce(1) { $1.isHostCall ? $0 &+ $1.weight : $0 } }

  /// Makes host code of what was built; false when there is no room.
  private func emit(countsDown: Bool) -> Bool {
    let kind: CodeKind = countsDown ? .rare : .often
    while let room = buffer.room(for: kind), let rare = buffer.room(for: .rare) {
      var lowering = lowering(
        into: Assembler(start: buffer.writable, room: room), countsDown: countsDown)
      if let extent = lower(with: &lowering, rare: countsDown ? nil : rare, countsDown: countsDown) {
        buffer.take(kind, upTo: countsDown ? extent.rare.upperBound : extent.blocks.upperBound)
        if !countsDown { buffer.take(.rare, upTo: extent.rare.upperBound) }
        sites.publish(often: countsDown ? 0..<0 : extent.blocks)
        exits += lowering.exits.exits
        record(TranslatedRegion(head: blocks[0].source, extent: extent, countsDown: countsDown))
        return true
      }
      sites.forgetNew()
      // It is made again from the beginning: it seldom meets the end of a chunk.
      guard !lowering.isTooLarge, buffer.widen(lowering.code.hasMoved ? .rare : kind) else { return false }
    }
    return false
  }

  func lowering(into assembler: Assembler, countsDown: Bool) -> Lowering {
    let head = blocks[0].source
    let isOpen = head.pointee.kind.isOpen
    return Lowering(
      code: assembler, map: countsDown ? RegisterMap() : chooseRegisters(),
      vectors: countsDown ? VectorMap() : chooseVectors(),
      memory: isOpen && lines != nil ? .window : .translated,
      features: features, common: common,
      exits: ExitTable(
        after: Int(droppedExits) + exits.count, pc: head.pointee.pc, codePage: head.pointee.codePage, isOpen: isOpen),
      sites: sites,
      ram: HostRAM(
        start: UInt(bitPattern: ram.pointer), firstPage: Int32(truncatingIfNeeded: firstPage),
        pageCount: Int32(truncatingIfNeeded: ram.size >> 12)),
      operations: cache.arena, alignmentMask: alignmentMask, later: later)
  }

  /// Makes host code of what was built, wherever `lowering` writes it; nil when it does not fit.
  /// - Parameter rare: where to go on with what is rarely run; nil for right behind the rest.
  func lower(with lowering: inout Lowering, rare: Range<Int>?, countsDown: Bool) -> CodeExtent? {
    let entry = lowering.code.offset
    let first = blocks[0].source
    lowering.marks = marks
    for index in blocks.indices {
      blocks[index].checks =
        countsDown || !builder.pointee.hasFloat
        ? FloatFacts() : FloatFacts.checks(for: blocks[index], builder.pointee.instructions)
      entries[index] = BlockEntry(pc: blocks[index].pc, checks: blocks[index].checks)
    }
    if countsDown { lowering.code.bind(&entries[0].label) }
    if first.pointee.kind.isStraddling {
      lowering.emitStraddlingCheck(first, secondHalf: cache.host(first.pointee.secondPage))
    } else if countsDown {
      lowering.emitCountdown(first)
    }
    lowering.emitEntry()
    if builder.pointee.hasFloat {
      lowering.emitFloatEntry(entries[0])
      if !countsDown { FloatFacts.find(&blocks, builder.pointee.instructions, entry: lowering.facts) }
    }
    if !countsDown {
      lowering.findCarriedPages(in: &blocks, builder.pointee.instructions)
      if let page = blocks[0].carried { lowering.emitCarried(page) }
    }
    for index in blocks.indices {
      if !entries[index].label.isBound { lowering.code.bind(&entries[index].label) }
      lowering.lower(
        blocks[index], builder.pointee.instructions, entries, next: index + 1 < blocks.count ? index + 1 : -2)
    }
    let end = lowering.code.offset
    guard !lowering.code.overflowed, !lowering.isTooLarge else { return nil }
    // A jump may come in the place of its beginning.
    assert(end - entry >= 5)
    if let rare { lowering.code.move(to: rare) }
    let rareStart = lowering.code.offset
    lowering.emitLater(builder.pointee.instructions, entries)
    let deadEnd = lowering.code.offset
    lowering.emitDeadEnd(first.pointee.pc)
    guard !lowering.code.overflowed, !lowering.isTooLarge else { return nil }
    return CodeExtent(
      blocks: entry..<end, rare: rareStart..<lowering.code.offset, shared: lowering.sharedStart ?? deadEnd,
      deadEnd: deadEnd)
  }

  /// Where the code of the block of that index begins, in what was emitted last.
  func place(ofBlock index: Int) -> Int { Int(entries[index].label.place) }

  private func record(_ region: TranslatedRegion) {
    let number = regions.count
    regions.append(region)
    for block in blocks {
      memberships.append(
        Membership(region: number, next: block.source.pointee.hostRecord, count: block.count, block: block.source))
      block.source.pointee.hostRecord = UInt32(truncatingIfNeeded: memberships.count)
      cache.effort &+= Int(block.count) &* 30
      statistics.instructions += Int(block.count)
      if !region.countsDown { statistics.regionInstructions += Int(block.count) }
    }
    region.head.pointee.hostCode = address(region.entry)
    region.head.pointee.hostCost = blocks[0].needed
    region.head.pointee.entryCost = Block.neverEnter
    region.head.pointee.countdown = region.countsDown ? Self.countdown : .max
    if region.countsDown { statistics.blocks += 1 } else { statistics.regions += 1 }
    statistics.bytes = buffer.used
    observer?.hostCodeWasMade(ranges(of: blocks, region.extent, isRegion: !region.countsDown))
  }
}
