import ConformanceKit
import HartEngine
import ISA
import Testing

/// Two engines must do the same; `make lockstep` tries many more programs.
@Suite struct LockstepTests {
  private func run(
    _ seed: UInt64, harts: Int? = nil, instructions: UInt64 = 60_000,
    _ change: (inout LockstepSetting) -> Void = { _ in }
  ) throws -> LockstepResult {
    var setting = LockstepSetting()
    change(&setting)
    var run = LockstepRun(LockstepPlan(seed: seed, harts: harts), setting: setting, limit: instructions)
    return try run.run()
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>, [1, 2, 4]) func enginesAgree(seed: UInt64, harts: Int) throws {
    let result = try run(seed, harts: harts)
    #expect(result.report == nil, "again: lockstep --programs 1 --seed \(seed) --harts \(harts)")
    #expect(result.instructions == 60_000)
  }

  /// However a run is cut into slices, the guest must not see it.
  @Test(arguments: 1...6 as ClosedRange<UInt64>, EngineChoice.allCases)
  func slicesDoNotShow(seed: UInt64, engine: EngineChoice) throws {
    let result = try run(seed) { setting in
      setting.engines = [engine, engine]
      setting.recuts = true
    }
    #expect(result.report == nil)
  }

  // MARK: What must be found

  @Test func changedRegisterIsFound() throws {
    // x4 points to the hart's own memory most of the time: in some program the change stays.
    let fault = PlantedFault(.register(hart: 0, number: 4), bit: 12, after: 12_345)
    var found: [String]?
    for seed in 1...12 as ClosedRange<UInt64> where found == nil {
      found = try run(seed, harts: 1) { $0.fault = fault }.report
    }
    let report = try #require(found)
    #expect(report[0].contains("alike after 12344 instructions, different after 12345"))
    let row = try #require(report.first { $0.contains("x4 (tp)") })
    // In U mode it is seen at another address.
    #expect(row.contains("0060000") && row.contains("0061000"))
    #expect(report.contains { $0.hasPrefix("code at the pc of hart 0 after 12344") })
  }

  @Test func changedMemoryIsFound() throws {
    // Nothing of the program is there; all of memory is compared now and then.
    let result = try run(4, harts: 2) { $0.fault = PlantedFault(.memory(address: 0x800F_FFF2), bit: 3, after: 7001) }
    let report = try #require(result.report)
    #expect(report[0].contains("alike after 7000 instructions, different after 7001"))
    let row = try #require(report.first { $0.contains("memory at 800ffff0") })
    #expect(row.contains("00080000"))
  }

  @Test func changeUnderPiecesIsFound() throws {
    let result = try run(5) { setting in
      setting.engines = [.interpreter, .interpreter]
      setting.recuts = true
      setting.fault = PlantedFault(.register(hart: 0, number: 4), bit: 0, after: 20_000)
    }
    #expect(result.report != nil)
  }

  // MARK: What programs do

  @Test func programsReachEverything() throws {
    let coverage = LockstepCoverage()
    for seed in 1...96 as ClosedRange<UInt64> { try coverage.add(LockstepPlan(seed: seed), limit: 40_000) }
    #expect(coverage.missing.isEmpty)
    // All exceptions that a hart with compressed instructions has.
    for cause in TrapCause.allCases where cause != .instructionAddressMisaligned {
      #expect(coverage.exceptions(of: cause) > 0, "\(cause)")
    }
    for number in [1, 3, 5, 7, 9, 11] { #expect(coverage.interrupts(number) > 0, "interrupt \(number)") }
    #expect(coverage.trapShare < 0.1)
    #expect(coverage.early.isEmpty)
  }
}
