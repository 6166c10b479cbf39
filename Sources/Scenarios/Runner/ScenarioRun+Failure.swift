import Boards
import Diagnosis
import Harness
import Snapshots
import YAMLReading

extension ScenarioRun {
  func failure(_ message: String, at step: Step?) -> TestFailure { failure(message, position: step?.position) }

  /// A failure, and all that can be told of the guests.
  /// - Parameter doesItAgain: whether what the guests did is done over again, to see their last instructions.
  func failure(_ message: String, position: TextPosition?, doesItAgain: Bool = true) -> TestFailure {
    var failure = TestFailure(message, position: position, time: VirtualTime(ticks: bench.now))
    failure.guests = bench.guests.map { guest in
      var report = TestFailure.GuestReport(
        guest: guest.name, lastLines: guest.transcript.lastLines(20), console: guest.transcript.bytes, state: [])
      var diagnosis = ""
      // What cannot be had is left out; the failure itself is what counts.
      if doesItAgain, let explanation = try? guest.explain() {
        diagnosis = explanation.diagnosis
        report.instructions = explanation.instructions
        if let artifacts, write(explanation.before, to: "before-\(guest.name).snapshot", in: artifacts) == nil {
          report.before = "\(artifacts)/before-\(guest.name).snapshot"
        }
      } else {
        diagnosis = Diagnosis.examine(guest.machine, symbols: guest.symbols).text
      }
      report.state = diagnosis.split(separator: "\n").map(String.init)
      return report
    }
    return failure
  }

  /// Writes a guest to a file.
  /// - Returns: why it cannot be, if so.
  func write(_ snapshot: GuestSnapshot, to name: String, in folder: String) -> String? {
    HostFiles.makeFolder(folder)
    do throws(SnapshotFileError) {
      try SnapshotFile.write(snapshot.saved, to: "\(folder)/\(name)")
    } catch {
      return "\(error)"
    }
    written.append("\(folder)/\(name)")
    return nil
  }
}

extension ExpectedEnd {
  /// What is wrong with how a guest has ended; nil if nothing is.
  func mismatch(of guest: TestGuest) -> String? {
    switch (self, guest.end) {
    case (.any, _), (.hung, .hung?), (.code(0), .passed?): nil
    case (.code(let wanted), .failed(let code)?) where wanted == UInt32(code): nil
    default: "expected \(self), but \(guest.endInWords)"
    }
  }
}

extension TestGuest {
  /// How it has ended, for people.
  var endInWords: String {
    if isOff { return "\(name) has no power" }
    return switch end {
    case .passed?: "\(name) ended with code 0"
    case .failed(let code)?: "\(name) ended with code \(code)"
    case .hung(let reason)?: "\(name) hangs: \(reason)"
    case nil: "\(name) still runs"
    }
  }
}
