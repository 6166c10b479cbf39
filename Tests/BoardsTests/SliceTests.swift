import Boards
import ConformanceKit
import ISA
import RegisterMaps
import SystemBus
import Testing

/// Rings at some of the bytes that the guest sends, in the middle of its turns.
private final class RingingConsole: Recorder {
  let bell = Doorbell()
  private var random: RandomSource

  init(seed: UInt64) { random = RandomSource(seed: seed) }

  override func write(_ byte: UInt8) {
    super.write(byte)
    if random.chance(percent: 40) { bell.ring() }
  }

  func length(upTo limit: Int) -> UInt64 { UInt64(1 + random.below(limit)) }
}

@Suite struct SliceTests {
  private static let length: UInt64 = 400_000

  private func executed(_ board: Board) -> UInt64 { board.machine.harts.reduce(0) { $0 &+ $1.executed } }

  private func whole(harts: Int) throws -> Board {
    let board = try Board(harts: harts) { $0.busyProgram() }
    #expect(board.run(limit: Self.length) == .ran)
    return board
  }

  /// What a machine under virtual time does is the same however it is sliced, to the last byte of its state.
  @Test(arguments: [1, 2, 4], [1, 2, 3] as [UInt64])
  func slicesAndRingsLeaveNoTrace(harts: Int, seed: UInt64) throws {
    let whole = try whole(harts: harts)
    let console = RingingConsole(seed: seed)
    let sliced = try Board(harts: harts, console: console) { $0.busyProgram() }
    var (slices, rings) = (0, 0)
    while executed(sliced) < executed(whole) {
      let left = executed(whole) - executed(sliced)
      let outcome =
        left > 100_000 && slices % 3 == 0
        ? sliced.machine.run(for: console.length(upTo: 30_000), doorbell: console.bell)
        : sliced.machine.run(instructions: min(left, console.length(upTo: 7_777)), doorbell: console.bell)
      #expect(outcome == .ran)
      slices += 1
      if console.bell.answer() { rings += 1 }
    }
    #expect(slices > 40 && rings > 10)
    #expect(sliced.console.bytes == whole.console.bytes)
    #expect(sliced.machine.saveState() == whole.machine.saveState())
  }

  /// A state saved in the middle of a turn goes on with that turn.
  @Test func aTurnOutlivesTheMachineItBeganIn() throws {
    let whole = try whole(harts: 4)
    var board = try Board(harts: 4) { $0.busyProgram() }
    var output: [UInt8] = []
    var done: UInt64 = 0
    for length in [1, 19_999, 7, 12_345, 100_001, 3] as [UInt64] {
      board.run(limit: length)
      done += executed(board) - done
      output += board.console.bytes
      let next = try Board(harts: 4)
      try next.machine.restoreState(board.machine.saveState())
      board = next
    }
    board.run(limit: executed(whole) - done)
    #expect(output + board.console.bytes == whole.console.bytes)
    #expect(board.machine.saveState() == whole.machine.saveState())
  }

  @Test func aRungBellLetsNothingRun() throws {
    let board = try Board { $0.busyProgram() }
    let bell = Doorbell()
    bell.ring()
    #expect(board.machine.run(instructions: 1_000, doorbell: bell) == .ran)
    #expect(board.machine.run(for: 1_000_000, doorbell: bell) == .ran)
    #expect(executed(board) == 0)
    bell.answer()
    #expect(board.machine.run(for: 1, doorbell: bell) == .ran)
    #expect(executed(board) > 0)
  }

  @Test func aSliceEndsWithTheMachineOrWhenItIsIdle() throws {
    let ended = try Board(clock: .host) { $0.endMachine(code: 3) }
    #expect(ended.machine.run(for: 10_000_000_000) == .ended(.failed(code: 3)))
    #expect(ended.machine.run(for: 10_000_000_000) == .ended(.failed(code: 3)))
    let idle = try Board(clock: .host) { assembler in
      let loop = assembler.label()
      assembler.write(.mie, 0x800)
      assembler.bind(loop)
      assembler.emit(.wfi)
      assembler.jump(to: loop)
    }
    #expect(idle.machine.run(for: 10_000_000_000) == .idle(until: .max))
  }

  /// The program of each storm: an endless loop around what costs the host most.
  static let storms: [String: @Sendable (inout Assembler) -> Void] = [
    "arithmetic": { $0.emit(.addi, rd: 5, rs1: 5, 1) },
    "division": { $0.emit(.div, rd: 5, rs1: 6, rs2: 7) },
    "device reads": { $0.load(5, from: MemoryMap.plic.base + PLICRegisters.claim(context: 0)) },
    "device writes": { $0.store(.max, to: MemoryMap.plic.base + PLICRegisters.enable(context: 0, source: 32)) },
    "timer writes": { $0.store(0, to: MemoryMap.clint.base + CLINTRegisters.timeCompare) },
    "calls": { $0.emit(.ecall) },
    "sfence.vma": { $0.emit(.sfenceVMA) },
    "fence.i": { $0.emit(.fenceI) },
    "PMP": { $0.csr(.csrrw, CSR.pmpaddr(3).rawValue, 5) },
    "satp": { $0.csr(.csrrw, CSR.satp.rawValue, 0) },
    "code": { assembler in
      assembler.store(0x13, to: MemoryMap.ramBase + 0x1000)
      assembler.li(31, MemoryMap.ramBase + 0x1000)
      assembler.emit(.jalr, rd: 1, rs1: 31)
    },
  ]

  private func storm(_ name: String, harts: Int = 1) throws -> Board {
    let body = try #require(Self.storms[name])
    return try Board(harts: harts, clock: .host) { assembler in
      let (handler, loop) = (assembler.label(), assembler.label())
      assembler.write(.mtvec, addressOf: handler)
      // Behind the word that the code storm writes: ret.
      assembler.store(0x0000_8067, to: MemoryMap.ramBase + 0x1004)
      assembler.bind(loop)
      for _ in 0..<20 { body(&assembler) }
      assembler.jump(to: loop)
      assembler.align(4)
      assembler.bind(handler)
      assembler.read(20, .mepc)
      assembler.emit(.addi, rd: 20, rs1: 20, 4)
      assembler.csr(.csrrw, CSR.mepc.rawValue, 20)
      assembler.emit(.mret)
    }
  }

  /// What the quicker slices took, since the host may stop the test at any time.
  private func quartile(_ board: Board, slice: UInt64) -> UInt64 {
    var took: [UInt64] = []
    for _ in 0..<31 {
      let start = HostTime.now
      #expect(board.machine.run(for: slice) == .ran)
      took.append(HostTime.now - start)
    }
    return took.sorted()[took.count / 4]
  }

  @Test(arguments: storms.keys.sorted(), [20_000, 1_000_000] as [UInt64])
  func aSliceTakesItsTimeWhateverTheGuestDoes(storm name: String, slice: UInt64) throws {
    let board = try storm(name)
    _ = board.machine.run(for: 2_000_000)
    let took = quartile(board, slice: slice)
    #expect((slice - 10_000...slice + 25_000).contains(took), "\(name): \(took) ns")
  }
}
