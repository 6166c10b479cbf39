import ArgumentParser
import Control
import Fleet
import Monitor
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `roost background-monitor`: what `up -d` starts. It ends on `down` or a signal, not when its guests have ended.
struct MonitorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "background-monitor", abstract: "Run a fleet in the background.", shouldDisplay: false)

  @Argument var file: String

  func run() throws {
    HostProcess.raiseDescriptorLimit()
    let session: FleetSession
    let signals: HostSignals
    do {
      signals = try HostSignals()
      session = try Self.makeSession(file)
    } catch let error as any ReportedError {
      report("\(error.exitStatus.code)\n" + StandardError.lines("\(error)"))
      throw ExitCode(error.exitStatus.code)
    }
    // What the monitor before this one had to say is over.
    _ = ftruncate(STDERR_FILENO, 0)
    let log = MonitorLog(session.monitor)
    session.start()
    report(StartReport.ready)
    HostProcess.releaseStartUpPages()
    session.waitUntilDown(signals)
    session.end()
    log.end()
  }

  private static func makeSession(_ file: String) throws -> FleetSession {
    let fleet = try FleetFile.load(path: file)
    let place = try FleetPlace(fleet: fleet.name, in: RuntimeFolder.standard())
    return try FleetSession(
      fleet, configuration: try .standard(for: fleet), lock: MonitorLock.take(place), isBackground: true)
  }

  /// Tells the parent, which then need not wait any more.
  private func report(_ text: String) {
    _ = StartReport.descriptor.write(Array(text.utf8))
    close(StartReport.descriptor.number)
  }
}

/// What a monitor in the background has to say: a line for each change of a guest's state, within bounds.
private final class MonitorLog {
  private let observation: Observation

  init(_ monitor: Monitor) {
    let gate = LogGate()
    observation = monitor.observe { event in
      switch event {
      case .lifecycle(let guest, let state): gate.write("\(guest.name): \(state.word)", state.reason)
      case .notice(let guest, let text): gate.write(guest.name, text)
      default: break
      }
    }
  }

  func end() { observation.cancel() }
}
