import ISA
import Synchronization
import SystemBus

/// Why `Hart.run` came back.
@frozen public enum HartExit: Equatable, Sendable {
  /// The instructions asked for have run.
  case budgetSpent
  /// The hart executed `wfi` (or `wrs`) and no enabled interrupt is pending.
  case waiting
  /// Someone called `requestExit`.
  case requested
  /// The doorbell rang, or the run had cost the host enough. Another run goes on as if this one had not ended.
  case cutShort
}

/// One RISC-V hart: registers, CSRs, translation and the interpreter that runs it.
///
/// A hart is owned by one thread at a time. Nothing a guest does makes any of its functions trap in the host.
///
/// No function holds a property while it calls another that changes it. The hot properties are therefore spared the
/// run-time check of that, which had cost 40 % of a system call.
public final class Hart {
  /// `mhartid`.
  public let id: UInt32
  public let isa: ISAConfiguration
  /// Interrupt inputs, driven by the board's interrupt controllers.
  public let pins: HartPins
  let bus: SystemBus
  let code: CodeCache
  let time: any TimeSource
  let deadlines: DeadlineQueue
  @exclusivity(unchecked) var supervisorTimer: DeadlineQueue.Handle?
  let decoder: Decoder

  package let state: UnsafeMutablePointer<HartState>
  /// Current privilege mode.
  @exclusivity(unchecked) public internal(set) var mode: PrivilegeMode = .machine {
    didSet { state.pointee.privilege = mode.rawValue }
  }
  /// Where host code reaches some of them.
  @inline(__always) var csr: ControlRegisters {
    _read { yield state.pointee.csr }
    _modify { yield &state.pointee.csr }
  }
  /// In a place of its own, so that asking it does not copy it.
  private let protection: UnsafeMutablePointer<PMP>
  @inline(__always) var pmp: PMP {
    _read { yield protection.pointee }
    _modify { yield &protection.pointee }
  }

  let translationMemory: TranslationMemory
  @exclusivity(unchecked) var contexts: [TranslationContext] = []
  // One of `contexts`, which nobody else keeps: no count of who refers to it is needed.
  @exclusivity(unchecked) unowned(unsafe) var dataContext: TranslationContext
  @exclusivity(unchecked) unowned(unsafe) var codeContext: TranslationContext
  /// The keys of `contexts`, packed, in the same order.
  @exclusivity(unchecked) var contextKeys: InlineArray<8, UInt64> = .init(repeating: .max)
  @exclusivity(unchecked) var contextClock: UInt64 = 0
  /// When each was used last, by that clock, for replacing the least recently used one.
  @exclusivity(unchecked) var contextUses: InlineArray<8, UInt64> = .init(repeating: 0)
  @exclusivity(unchecked) var contextCount = 1
  /// The places of `codeContext` and `dataContext` in `contexts`.
  @exclusivity(unchecked) var codeIndex = 0
  @exclusivity(unchecked) var dataIndex = 0

  /// Something happened that the hart must look at before it runs its next instruction: an interrupt input changed, or
  /// a CSR that interrupts depend on.
  @exclusivity(unchecked) var attention = false
  /// What is cached about address translation changed under the running block.
  @exclusivity(unchecked) var contextsChanged = false
  /// What to add to `time` to get `mtime`, in ticks: the board sets it when software writes `mtime`.
  @exclusivity(unchecked) public var timeOffset: Ticks = 0 {
    didSet {
      scheduleSupervisorTimer()
      attention = true
    }
  }
  /// Set from outside to end the current `run` at the next instruction boundary that looks up.
  @exclusivity(unchecked) var exitRequested = false
  /// Ends a run at the next instruction boundary that looks up, for as long as it is rung.
  @exclusivity(unchecked) public var doorbell: Doorbell? {
    didSet { bell = (doorbell ?? silence).word }
  }
  private let silence = Doorbell()
  @exclusivity(unchecked) private var bell: UnsafeMutablePointer<Atomic<UInt32>>
  /// What the slow paths of this run may still cost, in units of `HostEffort`.
  @exclusivity(unchecked) var effortLeft = HostEffort.unlimited
  /// A run ends when less than this is left of its budget.
  @exclusivity(unchecked) var leastBudget: Int32 = 1
  /// Whether other harts take turns with this one, so that a hart that spins should end its turn.
  @exclusivity(unchecked) public var sharesThread = false
  /// True after `wfi` until an interrupt that is enabled in `mie` is pending.
  @exclusivity(unchecked) public internal(set) var isWaiting = false
  /// Instructions retired up to the start of the current run, minus the budget given then: see `retired`.
  @exclusivity(unchecked) var retiredBase: UInt64 = 0
  @exclusivity(unchecked) var counts = HartTally()
  /// What `retired` was when `counts.instructions` was brought up to date.
  @exclusivity(unchecked) var retiredAtCount: UInt64 = 0
  /// What happened since power-on.
  @exclusivity(unchecked) public internal(set) var statistics = HartStatistics()
  /// Traps taken in a row without an instruction retired in between; a loop of them never ends.
  @exclusivity(unchecked) public internal(set) var trapsWithoutProgress: UInt32 = 0
  @exclusivity(unchecked) var retiredAtLastTrap: UInt64 = .max
  /// The last traps since power-on, or since the state was restored.
  @exclusivity(unchecked) public internal(set) var trapHistory = TrapHistory()

  /// Told of every trap and device access, where the board wants to know.
  @exclusivity(unchecked) public var traceHash: TraceHash?

  /// Makes host code of what is run often; nil for a hart that only interprets.
  @exclusivity(unchecked) package var engine: (any HostCodeEngine)? {
    didSet {
      hasEngine = engine != nil
      engineThreshold = engine?.threshold ?? .max
    }
  }
  @exclusivity(unchecked) private(set) var hasEngine = false
  /// The engine's, so that it need not be asked each time.
  @exclusivity(unchecked) private(set) var engineThreshold = UInt16.max
  /// Where what the hart does is counted and timed; nil where nobody asks.
  @exclusivity(unchecked) var meter: UnsafeMutablePointer<HartMeter>?
  /// The block with host code before which the interpreter has stopped.
  @exclusivity(unchecked) var postponed: BlockPointer?

  /// Room for one block that is run once and not cached.
  let scratch: BlockPointer
  /// Room for the operations of the block that is being decoded.
  let builder: UnsafeMutablePointer<Instruction>

  /// - Parameters:
  ///   - code: the machine's code cache, shared by its harts.
  ///   - time: what the `time` CSR reads.
  ///   - deadlines: where `stimecmp` asks to be woken.
  public init(
    id: UInt32, isa: ISAConfiguration, bus: SystemBus, codeCache: SharedCodeCache, pins: HartPins,
    time: any TimeSource, deadlines: DeadlineQueue
  ) throws(MemoryError) {
    self.id = id
    self.isa = isa
    self.bus = bus
    self.code = codeCache.cache
    self.pins = pins
    self.time = time
    self.deadlines = deadlines
    decoder = Decoder(configuration: isa)
    bell = silence.word
    let bare = ContextKey(satp: 0, mode: .machine, sum: false, mxr: false)
    translationMemory = try TranslationMemory()
    let context = TranslationContext(key: bare, memory: translationMemory, index: 0)
    dataContext = context
    codeContext = context
    contexts = [context]
    contextKeys[0] = bare.packed
    protection = .allocate(capacity: 1)
    protection.initialize(to: PMP())
    state = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<HartState>.stride, alignment: HartState.alignment
    )
    .bindMemory(to: HartState.self, capacity: 1)
    state.initialize(
      to: HartState(
        x: .init(repeating: 0), f: .init(repeating: 0), pc: 0, budget: 0, fflags: 0, frm: 0, floatEnabled: false,
        floatDirty: false, fetchAlignmentMask: isa.has(.c) ? 0 : 2, reservation: HartState.noReservation,
        dataTLB: context.data, jumpCache: context.jumps))
    scratch = UnsafeMutableRawPointer.allocate(byteCount: Block.largestSize, alignment: 16)
      .bindMemory(to: Block.self, capacity: 1)
    scratch.initialize(to: code.unlinked.pointee)
    builder = .allocate(capacity: Block.capacity + 1)
    state.pointee.host.jumps = context.hostJumps
    state.pointee.host.fetches = context.fetches
    state.pointee.host.addends = context.addends.entries
    code.register(self)
    pins.onChange = { [unowned self] in attention = true }
    supervisorTimer = deadlines.register { [unowned self] _ in attention = true }
    reset(pc: 0)
  }

  deinit {
    code.unregister(.passUnretained(self))
    UnsafeMutableRawPointer(state).deallocate()
    protection.deallocate()
    meter?.deallocate()
    UnsafeMutableRawPointer(scratch).deallocate()
    builder.deallocate()
  }

  /// Puts the hart into its state after power-on: M-mode, interrupts off, registers zero.
  /// - Parameter pc: the address of the first instruction.
  public func reset(pc: UInt32) {
    state.pointee.x = .init(repeating: 0)
    state.pointee.f = .init(repeating: 0)
    state.pointee.pc = pc
    state.pointee.fflags = 0
    state.pointee.frm = 0
    state.pointee.reservation = HartState.noReservation
    mode = .machine
    csr = ControlRegisters()
    pmp = PMP()
    csr.environmentHigh = isa.has(.svadu) ? EnvironmentConfiguration.adue : 0
    isWaiting = false
    attention = true
    exitRequested = false
    counts = tally
    retiredAtCount = 0
    retiredBase = 0
    statistics = HartStatistics()
    state.pointee.budget = 0
    trapsWithoutProgress = 0
    retiredAtLastTrap = .max
    trapHistory = TrapHistory()
    if let supervisorTimer { deadlines.schedule(supervisorTimer, at: .max) }
    floatStateChanged()
    for context in contexts { context.flush() }
    updateContexts()
  }

  /// Address of the next instruction.
  public var pc: UInt32 {
    get { state.pointee.pc }
    set { state.pointee.pc = newValue & instructionAddressMask }
  }

  /// Integer register `index` (0…31); x0 reads zero and ignores writes.
  public subscript(x index: Int) -> UInt32 {
    get { (0..<32).contains(index) ? state.pointee.x[index] : 0 }
    set { if (1..<32).contains(index) { state.pointee.x[index] = newValue } }
  }

  /// Floating-point register `index` (0…31) as 64 bits, a single-precision value NaN-boxed.
  public subscript(f index: Int) -> UInt64 {
    get { (0..<32).contains(index) ? state.pointee.f[index] : 0 }
    set { if (0..<32).contains(index) { state.pointee.f[index] = newValue } }
  }

  /// Instructions retired since reset.
  public var retired: UInt64 { retiredBase &- UInt64(bitPattern: Int64(state.pointee.budget)) }

  /// Instructions executed since power-on, those that trapped included: what virtual time counts.
  public var executed: UInt64 { retired &+ statistics.traps }

  /// What the hart has done since it was made.
  public var tally: HartTally {
    var tally = counts
    tally.instructions &+= retired &- retiredAtCount
    return tally
  }

  /// Ends `run` soon, as when another hart of the machine should get its turn.
  public func requestExit() {
    exitRequested = true
    attention = true
  }

  /// Whether the run should end here although there is more to do.
  @inline(__always) var isCutShort: Bool { bell.pointee.load(ordering: .relaxed) != 0 || effortLeft < 0 }

  /// Whether the hart must look up before its next instruction.
  @inline(__always) var mustLookUp: Bool { attention || isCutShort }

  /// Breaks the LR reservation: the board does so whenever another hart gets its turn.
  public func breakReservation() { state.pointee.reservation = HartState.noReservation }

  /// Host memory that cached translations take now, in bytes.
  public var residentBytes: Int { translationMemory.residentBytes }
  /// What a hart takes of the host's addresses for tables, in bytes.
  public static var addressSpace: Int { TranslationMemory.size }

  func codeCacheWasFlushed() { for context in contexts { context.flushJumps() } }
  func hostCodeWasDropped() { for context in contexts { context.flushHostCode() } }
  func watch(codePage: UInt32) { for context in contexts { context.watch(codePage: codePage) } }
}

/// Counters of one hart since power-on.
public struct HartStatistics: Sendable, Equatable {
  /// Synchronous exceptions taken.
  public var traps: UInt64 = 0
  public var interrupts: UInt64 = 0
  /// Times the hart went to wait for an interrupt.
  public var waits: UInt64 = 0
}

/// The decoded code of one machine, opaque outside of this module.
public struct SharedCodeCache {
  package let cache: CodeCache

  /// Bytes of decoded code: enough for the working set of a Linux guest.
  public static let defaultArenaSize = 24 << 20

  /// - Parameters:
  ///   - bus: with all of its memory attached.
  ///   - arenaSize: bytes of decoded code to keep; when they are used up, all of it is dropped.
  public init(bus: SystemBus, arenaSize: Int = defaultArenaSize) throws(MemoryError) {
    cache = try CodeCache(bus: bus, arenaSize: arenaSize)
  }

  /// Must be called after guest memory was written by anything but a hart: a loader, a device, a debugger.
  public func memoryChanged(at address: UInt32, count: Int) {
    var position = UInt64(address)
    let end = position + UInt64(max(count, 0))
    while position < end {
      let inPage = min(end - position, 4096 - (position & 4095))
      if let place = cache.locate(position) {
        cache.contentChanged(
          codePage: place.codePage, offset: UInt32(position & 4095), count: UInt32(truncatingIfNeeded: inPage))
      }
      position += inPage
    }
  }

  /// Forgets all decoded code, as at a reset. No hart may be running.
  public func flush() { cache.flush() }

  /// Host memory that decoded code and the record of it take now, in bytes.
  public var residentBytes: Int { cache.residentBytes }

  public var blocksBuilt: Int { cache.blocksBuilt }
  public var flushes: Int { cache.flushes }
}
