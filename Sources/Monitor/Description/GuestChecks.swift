import Boards

/// What must hold of guests before a monitor takes them in.
struct GuestChecks {
  let workers: Int
  let canUseProcesses: Bool

  /// Real-time guests may be promised this much of each worker together, in percent.
  static let realtimeLimit: Double = 90

  func check(_ new: [GuestDescription], beside known: [GuestDescription]) throws(MonitorError) {
    let all = known + new
    for guest in new {
      guard GuestDescription.isValid(name: guest.name) else { throw .badName(guest.name) }
      guard all.count(where: { $0.name == guest.name }) == 1 else { throw .nameTaken(guest.name) }
      try check(guest)
      for dependency in guest.dependencies where !all.contains(where: { $0.name == dependency.guest }) {
        throw .unknownDependency(guest: guest.name, dependency: dependency.guest)
      }
      if let circle = circle(from: guest.name, in: all) { throw .circularDependency(circle) }
    }
    try checkRealtime(all)
  }

  private func check(_ guest: GuestDescription) throws(MonitorError) {
    let share = guest.share
    guard ProcessorShare.weights.contains(share.weight) else { throw .badWeight(guest: guest.name, share.weight) }
    switch share.cap {
    case .percent(let percent)?: guard ProcessorCap.percents.contains(percent) else { throw .badCap(guest: guest.name) }
    case .mips(let mips)?: guard ProcessorCap.speeds.contains(mips) else { throw .badCap(guest: guest.name) }
    case nil: break
    }
    if let pin = share.pin, !(0..<workers).contains(pin) {
      throw .badPin(guest: guest.name, worker: pin, workers: workers)
    }
    if guest.isolation == .process, !canUseProcesses {
      throw .isolationUnavailable(guest: guest.name, reason: "this host or this program does not offer it")
    }
    do {
      _ = try guest.machine.configuration()
    } catch {
      throw .badMachine(guest: guest.name, reason: "\(error)")
    }
  }

  private func checkRealtime(_ guests: [GuestDescription]) throws(MonitorError) {
    let urgent = guests.filter { $0.share.latency == .realtime }
    try checkRealtime(urgent, workers: workers)
    for worker in Set(urgent.compactMap(\.share.pin)) {
      try checkRealtime(urgent.filter { $0.share.pin == worker }, workers: 1)
    }
  }

  private func checkRealtime(_ guests: [GuestDescription], workers: Int) throws(MonitorError) {
    let promised = guests.map { guest in
      if case .percent(let percent)? = guest.share.cap { percent } else { Slot.realtimeCap }
    }
    let total = promised.reduce(0, +)
    let limit = Self.realtimeLimit * Double(workers)
    if total > limit { throw .tooMuchRealtime(promised: total, limit: limit) }
  }

  /// The names on a way from a guest back to itself, if there is one.
  private func circle(from start: String, in guests: [GuestDescription]) -> [String]? {
    var ways = [[start]]
    var seen: Set<String> = []
    while let way = ways.popLast() {
      guard let guest = guests.first(where: { $0.name == way.last }) else { continue }
      for dependency in guest.dependencies {
        if dependency.guest == start { return way + [start] }
        if seen.insert(dependency.guest).inserted { ways.append(way + [dependency.guest]) }
      }
    }
    return nil
  }
}
