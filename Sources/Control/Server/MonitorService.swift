import Monitor
import PlainText
import SystemBus
import Synchronization

/// Serves a monitor.
public final class MonitorService: ControlService {
  private let monitor: Monitor
  private let fleet: String
  private let process: Int32
  /// Called, once or more, when somebody wants the monitor to end.
  private let onDown: @Sendable (_ grace: UInt64?) -> Void
  private let meter = Mutex(ProcessorMeter())
  private let starts = StartCounter()

  public init(
    _ monitor: Monitor, fleet: String, process: Int32, onDown: @escaping @Sendable (_ grace: UInt64?) -> Void
  ) {
    self.monitor = monitor
    self.fleet = fleet
    self.process = process
    self.onDown = onDown
  }

  public func begin(_ request: Request) -> Answer {
    switch request {
    case .status(let names): return .now(status(of: names))
    case .act(let action, let names): return act(action, on: names)
    case .snapshot(let guest, let file): return save(guest, .file(file))
    case .clone(let guest, let name): return save(guest, .clone(name: name))
    case .awaitStart:
      return .later { [monitor, starts] in
        monitor.guests.allSatisfy { starts.count(of: $0.name) > 0 || $0.lifecycle.isOver } ? .done : nil
      }
    case .down(let grace):
      onDown(grace)
      return .later { [monitor] in monitor.guests.contains { $0.lifecycle.isActive } ? nil : .done }
    case .openConsole, .closeConsole, .watch:
      return .now(.refused(Refusal(.badRequest, "a request that the connection answers")))
    }
  }

  /// To be told of everything that happens in the monitor.
  public func follow(_ event: MonitorEvent) {
    if case .started(let guest) = event { starts.add(guest.name) }
  }

  // MARK: Status

  private func status(of names: [String]) -> Reply {
    do throws(ControlError) {
      // Shares are of what all got.
      let all = monitor.guests.map(record)
      let total = all.reduce(0) { $0 + $1.cpuPercent }
      var records = names.isEmpty ? all : []
      for name in names {
        let guest = try find(name)
        records += all.filter { $0.name == guest.name }
      }
      for index in records.indices where total > 0 {
        records[index].sharePercent = rounded(records[index].cpuPercent / total * 100)
      }
      return .status(MonitorRecord(monitor.statistics, fleet: fleet, process: process), records)
    } catch {
      return refusal(error)
    }
  }

  private func record(_ guest: Guest) -> GuestRecord {
    guest.refreshMemory()
    let statistics = guest.statistics
    let percent = meter.withLock { meter in
      meter.percent(
        of: guest.name, used: statistics.processorTime, uptime: statistics.uptime, now: HostTime.now)
    }
    return GuestRecord(guest, statistics, processorPercent: statistics.lifecycle.isAlive ? percent : 0)
  }

  private func find(_ name: String) throws(ControlError) -> Guest {
    if let guest = monitor.guest(named: name) { return guest }
    let names = monitor.guests.map(\.name)
    let hint = nearest(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
    throw .refused(Refusal(.noSuchGuest, "there is no guest '\(name)' in fleet '\(fleet)'\(hint)"))
  }

  private func refusal(_ error: ControlError) -> Reply {
    if case .refused(let refusal) = error { return .refused(refusal) }
    return .refused(Refusal(.failed, "\(error)"))
  }

  // MARK: Actions

  /// Does something to each guest, or to none when one of them is not there.
  private func act(_ action: GuestAction, on names: [String]) -> Answer {
    do throws(ControlError) {
      var guests: [Guest] = []
      for name in names {
        let guest = try find(name)
        if !guests.contains(where: { $0 === guest }) { guests.append(guest) }
      }
      let running = guests.map { GuestTask(action, on: $0, starts) }
      for task in running { task.advance() }
      return .later {
        for task in running { task.advance() }
        return running.allSatisfy { $0.isDone } ? .acted(running.map(\.result)) : nil
      }
    } catch {
      return .now(refusal(error))
    }
  }

  private func save(_ name: String, _ purpose: SnapshotTask.Purpose) -> Answer {
    do throws(ControlError) {
      let guest = try find(name)
      if case .file(let path) = purpose, !path.hasPrefix("/") {
        return .now(.refused(Refusal(.badRequest, "\(path): is no absolute path")))
      }
      do throws(MonitorError) {
        let task = SnapshotTask(of: guest, try guest.takeSnapshot(), purpose, monitor: monitor, starts: starts)
        return .later { task.advance() }
      } catch {
        return .now(.refused(Refusal(error)))
      }
    } catch {
      return .now(refusal(error))
    }
  }

  public var guests: [String]? { monitor.guests.map(\.name) }

  // MARK: Consoles

  public func openConsole(
    of guest: String, history: Int, notify: @escaping @Sendable () -> Void
  ) throws(ControlError) -> any ConsoleFeed {
    let console = try find(guest).console
    return MonitorConsoleFeed(
      console.subscribe(capacity: max(256 << 10, history), history: history, notify: notify))
  }

  public func type(_ bytes: [UInt8], on guest: String) -> Int? {
    guard let guest = monitor.guest(named: guest), guest.lifecycle.isAlive else { return nil }
    return guest.type(bytes)
  }
}

private final class MonitorConsoleFeed: ConsoleFeed {
  private let subscription: ConsoleSubscription

  init(_ subscription: ConsoleSubscription) { self.subscription = subscription }

  func take() -> (bytes: [UInt8], dropped: UInt64) { subscription.take() }
  func cancel() { subscription.cancel() }
}

extension Lifecycle {
  /// Whether it has to be stopped before the monitor can end.
  public var isActive: Bool {
    switch self {
    case .created, .stopped, .failed: false
    default: true
    }
  }
}
