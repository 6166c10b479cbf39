import Diagnosis
import HartEngine
import SystemBus
import Testing

/// Guests with nothing wrong raise no alarm.
@Suite struct HealthyGuestsTests {
  @Test(arguments: [1, 4])
  func nestAtItsPromptWaitsForInput(harts: Int) throws {
    let patient = try Patient("nest.elf", harts: harts)
    patient.run(milliseconds: 200)
    #expect(patient.console.text.hasSuffix("nest> "))
    let diagnosis = patient.examine()
    #expect(diagnosis.findings.isEmpty, "\(diagnosis.text)")
    #expect(
      diagnosis.text.hasPrefix("diagnosis: nothing wrong was found; hart 0 waits for input from the UART at 0x804"),
      "\(diagnosis.text)")
  }

  /// At many moments of its self-test, which provokes all kinds of faults.
  @Test func nestAtWorkRaisesNoAlarm() throws {
    let patient = try Patient("nest.elf", append: "selftest")
    for _ in 0..<60 {
      if case .ended = patient.machine.run(instructions: 77_777) { break }
      let diagnosis = patient.examine()
      #expect(diagnosis.findings.allSatisfy { $0.certainty == .possible }, "\(diagnosis.text)")
    }
    #expect(patient.machine.now > 0)
  }

  @Test func aBusyGuestComputes() throws {
    let patient = try Patient("busy.elf")
    patient.run(milliseconds: 20)
    let diagnosis = patient.examine()
    #expect(diagnosis.findings.isEmpty, "\(diagnosis.text)")
    #expect(diagnosis.text.hasPrefix("diagnosis: nothing wrong was found; hart 0 computes, at 0x800"))
  }

  @Test func aGuestThatHasEndedHasNothingWrong() throws {
    let patient = try Patient("hello.elf", harts: 2)
    #expect(patient.run(milliseconds: 20) == .ended(.passed))
    #expect(patient.examine().findings.isEmpty)
  }

  @Test func theMachineGoesOnAsIfItHadNotBeenExamined() throws {
    let examined = try Patient("nest.elf", append: "selftest")
    let other = try Patient("nest.elf", append: "selftest")
    for _ in 0..<10 {
      _ = examined.machine.run(instructions: 100_000)
      _ = other.machine.run(instructions: 100_000)
      _ = examined.examine()
      #expect(examined.machine.saveState() == other.machine.saveState())
    }
  }
}
