import Foundation
import HartEngine
import ISA
import SystemBus
import Testing
import Translator

#if arch(x86_64) && os(Linux)
  private final class StillClock: TimeSource {
    var now: Ticks = 0
    var wallClockNanoseconds: UInt64 { 0 }
  }

  /// A hart that stores straight on through much code, all of it translated, and then jumps back to where it began.
  private final class Runner: @unchecked Sendable {
    private static let base: UInt32 = 0x8000_0000
    private let code: SharedCodeCache
    private let hart: Hart
    private let stores: Int
    let translator: Translator

    /// - Parameter stores: how many instructions store, each of which takes about 60 bytes of host code.
    init(stores: Int, budget: CodeBudget, capacity: Int = Translator.defaultCapacity) throws {
      let bus = SystemBus()
      let ram = try GuestMemory(base: Self.base, size: 2 << 20)
      bus.attach(ram)
      code = try SharedCodeCache(bus: bus)
      hart = try Hart(
        id: 0, isa: .complete, bus: bus, codeCache: code, pins: HartPins(), time: StillClock(),
        deadlines: DeadlineQueue())
      translator = try Translator(
        code: code, ram: ram, isa: .complete, isEager: true, capacity: capacity, budget: budget)
      translator.attach(hart)
      self.stores = stores
      // lui x5, 0x80100; then sw x6, 0(x5) …; addi x6, x6, 1; lui x7, 0x80000; jalr x0, 0(x7)
      var words: [UInt32] = [0x8010_02B7] + Array(repeating: 0x0062_A023, count: stores)
      words += [0x0013_0313, 0x8000_03B7, 0x0003_8067]
      let target = UnsafeMutableRawPointer(ram.pointer)
      for (index, word) in words.enumerated() {
        target.storeBytes(of: word.littleEndian, toByteOffset: index * 4, as: UInt32.self)
      }
      restart()
    }

    func restart() { hart.reset(pc: Self.base) }
    func flush() { code.flush() }

    /// Runs so many rounds; whether it has come out right.
    func run(rounds: Int) -> Bool {
      let before = hart[x: 6]
      _ = hart.run(budget: Int32((stores + 4) * rounds))
      return hart[x: 6] == before &+ UInt32(rounds) && hart.pc == Self.base
    }

    func run(instructions: Int) { _ = hart.run(budget: Int32(instructions)) }
  }

  @Suite struct CodeBudgetTests {
    private static let mebibyte = 1 << 20

    @Test func whatIsTakenIsBounded() {
      let budget = CodeBudget(limit: 1000)
      #expect(budget.take(600) && !budget.take(401) && budget.take(400))
      #expect(budget.left == 0)
      budget.giveBack(1000)
      #expect(budget.left == 1000)
      #expect(!CodeBudget(limit: -5).take(1))
    }

    @Test func threadsTakeNoMoreThanThereIs() {
      let budget = CodeBudget(limit: 3000)
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        for _ in 0..<20_000 where budget.take(1000) {
          #expect(budget.left >= 0)
          budget.giveBack(1000)
        }
      }
      #expect(budget.left == 3000)
    }

    @Test func aGuestTakesWhatItNeedsAndGivesItBack() throws {
      let budget = CodeBudget(limit: 16 * Self.mebibyte)
      do {
        let runner = try Runner(stores: 40_000, budget: budget)
        let flushes = runner.translator.statistics.flushes
        #expect(budget.left == budget.limit)
        #expect(runner.run(rounds: 3))
        #expect(runner.translator.statistics.flushes == flushes)
        let used = runner.translator.statistics.bytes
        let taken = budget.limit - budget.left
        #expect(used > Self.mebibyte && taken > 0 && taken >= used - Translator.guaranteedCapacity)
        #expect(taken <= used + Self.mebibyte)
      }
      #expect(budget.left == budget.limit)
    }

    @Test func withoutBudgetAGuestRunsInWhatIsGuaranteed() throws {
      let budget = CodeBudget(limit: 0)
      let runner = try Runner(stores: 40_000, budget: budget)
      let flushes = runner.translator.statistics.flushes
      #expect(runner.run(rounds: 3))
      #expect(runner.translator.statistics.flushes > flushes)
      #expect(runner.translator.statistics.bytes <= Translator.guaranteedCapacity)
      // With the record of lines that hold code.
      #expect(runner.translator.residentBytes <= Translator.guaranteedCapacity + 64 << 10)
    }

    @Test func smallCodeMemoryCounts() throws {
      let budget = CodeBudget(limit: 16 * Self.mebibyte)
      let runner = try Runner(stores: 20_000, budget: budget, capacity: 512 << 10)
      #expect(runner.run(rounds: 2))
      #expect(budget.left == budget.limit)
      #expect(runner.translator.residentBytes <= 600 << 10)
    }

    @Test(arguments: [16 << 10, 64 << 10])
    func littleCodeMemoryWillDo(capacity: Int) throws {
      let runner = try Runner(stores: capacity / 400, budget: CodeBudget(limit: 0), capacity: capacity)
      #expect(runner.run(rounds: 200))
      #expect(runner.translator.statistics.regions > 0 && runner.translator.statistics.bytes <= capacity)
    }

    @Test func manyGuestsOnManyThreadsShare() throws {
      let budget = CodeBudget(limit: 3 * Self.mebibyte)
      do {
        let runners = try (0..<8).map { _ in try Runner(stores: 40_000, budget: budget) }
        let flushes = runners[0].translator.statistics.flushes
        DispatchQueue.concurrentPerform(iterations: runners.count) { index in
          for _ in 0..<3 {
            #expect(runners[index].run(rounds: 1))
            #expect(budget.left >= 0)
          }
        }
        #expect(budget.left < Self.mebibyte)
        // There is not enough for all; who got none went on in its own.
        #expect(runners.contains { $0.translator.statistics.flushes > flushes })
      }
      #expect(budget.left == budget.limit)
    }

    @Test func memoryGoesBackAfterCodeWasDropped() throws {
      let budget = CodeBudget(limit: 32 * Self.mebibyte)
      let runner = try Runner(stores: 120_000, budget: budget)
      #expect(runner.run(rounds: 1))
      let (taken, resident) = (budget.limit - budget.left, runner.translator.residentBytes)
      #expect(taken > 4 * Self.mebibyte && resident > 4 * Self.mebibyte)
      runner.flush()
      runner.restart()
      // Some blocks of 64 instructions: a piece goes back with each.
      runner.run(instructions: 64 * 32)
      #expect(budget.limit - budget.left <= taken - Self.mebibyte)
      #expect(runner.translator.residentBytes < resident - Self.mebibyte)
    }
  }
#endif
