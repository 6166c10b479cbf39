import Boards
import Dispatch
import Foundation
import Monitor
import Snapshots
import Synchronization
import Testing

/// Snapshots of guests that run, and guests that go on from them.
@Suite final class SnapshotTests {
  private let monitor: Monitor

  init() {
    var configuration = MonitorConfiguration()
    configuration.workers = 2
    configuration.memoryLimit = 40 << 20
    monitor = Monitor(configuration)
  }

  deinit { monitor.shutDown() }

  /// Waits for a minute at most.
  private func until(_ what: Comment, _ condition: @escaping () -> Bool) {
    let isTrue = monitor.wait(timeout: 1_000_000, until: condition)
    let deadline = Date(timeIntervalSinceNow: 60)
    // That a ticket is settled is no event.
    while !isTrue, !condition(), Date() < deadline { usleep(1000) }
    #expect(condition(), what)
  }

  private func snapshot(of guest: Guest) throws -> SavedGuest {
    let ticket = try guest.takeSnapshot()
    until("the snapshot is there") { ticket.result != nil }
    return try #require(ticket.result).get()
  }

  /// A guest that computes under virtual time, in the middle of it.
  private func pausedVictim() throws -> Guest {
    let description = BuiltGuest.describe("victim-short") { $0.machine.clock = .virtual }
    let guest = try monitor.add([description])[0]
    try guest.start()
    until("it has computed") { guest.statistics.instructions > 1_000_000 }
    try guest.pause()
    return guest
  }

  @Test func aCloneEndsAsItsOriginalDoes() throws {
    let original = try pausedVictim()
    let saved = try snapshot(of: original)
    let said = original.console.recent(1 << 16).count
    let clone = try monitor.add(cloneOf: original, named: "clone", from: saved)
    #expect(clone.description.machine == original.description.machine)
    try clone.start()
    try original.resume()
    until("both are over") { original.lifecycle.isOver && clone.lifecycle.isOver }
    #expect(clone.said == String(original.said.dropFirst(said)))
    #expect(original.said.hasSuffix("victim: intact\n"))
    #expect(original.statistics.machine.traceHash == clone.statistics.machine.traceHash)
    // What it went on from is not kept for who has ended.
    #expect(throws: MonitorError.endedClone("clone")) { try clone.start() }
    #expect(monitor.guest(named: "clone") === clone && clone.lifecycle == .stopped)
  }

  @Test func aCloneThatIsRestartedGoesOnFromWhereItWasCopied() throws {
    let original = try pausedVictim()
    let clone = try monitor.add(cloneOf: original, named: "clone", from: try snapshot(of: original))
    try clone.start()
    try clone.stop(startsAgain: true)
    until("it has stopped") { clone.lifecycle == .stopped }
    #expect(monitor.statistics.memoryAdmitted == 32 << 20)
    try clone.start()
    try original.resume()
    until("both are over") { original.lifecycle.isOver && clone.lifecycle.isOver }
    #expect(original.statistics.machine.traceHash == clone.statistics.machine.traceHash)
    #expect(monitor.statistics.memoryAdmitted == 0)
    #expect(throws: MonitorError.endedClone("clone")) { try clone.start() }
  }

  @Test func aFileThatManyAskForAtOnceIsReadOnce() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "roost-\(UUID().uuidString)").path
    defer { unlink(path) }
    try SnapshotFile.write(try snapshot(of: try pausedVictim()), to: path)
    let store = SnapshotStore()
    let found = Mutex<[SnapshotStore.Shared]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      guard let shared = try? store.snapshot(path) else { return }
      found.withLock { $0.append(shared) }
    }
    let all = found.withLock { $0 }
    #expect(all.count == 8 && Set(all.map(ObjectIdentifier.init)).count == 1)
    #expect(throws: SnapshotFileError.self) { try store.snapshot("/nowhere/at/all") }
  }

  @Test func memoryOfClonesIsAdmitted() throws {
    let original = try pausedVictim()
    let saved = try snapshot(of: original)
    try monitor.add(cloneOf: original, named: "second", from: saved).start()
    let third = try monitor.add(cloneOf: original, named: "third", from: saved)
    #expect(throws: MonitorError.noMemory(guest: "third", needed: 16 << 20, used: 32 << 20, limit: 40 << 20)) {
      try third.start()
    }
    #expect(throws: MonitorError.nameTaken("third")) {
      try monitor.add(cloneOf: original, named: "third", from: saved)
    }
  }

  @Test func guestsGoOnFromAFileThatTheyShare() throws {
    let original = try pausedVictim()
    let path = FileManager.default.temporaryDirectory.appending(path: "roost-\(UUID().uuidString)").path
    defer { unlink(path) }
    try SnapshotFile.write(try snapshot(of: original), to: path)
    var description = GuestDescription(name: "restored", boot: BootDescription(kernel: ""))
    description.snapshot = path
    let restored = try monitor.add([description])[0]
    #expect(restored.description.machine.memory == 16 << 20)
    #expect(restored.description.machine.clock == .virtual)
    try restored.start()
    try original.resume()
    until("both are over") { original.lifecycle.isOver && restored.lifecycle.isOver }
    #expect(restored.lifecycle == .stopped)
    #expect(original.statistics.machine.traceHash == restored.statistics.machine.traceHash)

    unlink(path)
    try restored.start()
    until("it has failed") { if case .failed = restored.lifecycle { true } else { false } }
    #expect(restored.lifecycle.reason?.contains(path) == true)
  }

  @Test func whatIsTypedAndNotReadGoesAlong() throws {
    let original = try pausedVictim()
    #expect(original.type(Array("typed".utf8)) == 5)
    #expect(try snapshot(of: original).typed == Array("typed".utf8))
  }

  @Test func aGuestWithoutAMachineCannotBeSaved() throws {
    let guest = try monitor.add([BuiltGuest.describe("hello")])[0]
    #expect(throws: MonitorError.notPossible(guest: "hello", action: "save", state: "created")) {
      try guest.takeSnapshot()
    }
    let original = try pausedVictim()
    try original.kill()
    if let ticket = try? original.takeSnapshot() {
      until("there is none") { ticket.result != nil }
      guard case .failure(.noSnapshot) = ticket.result else {
        Issue.record("saved though it was killed before")
        return
      }
    }
  }

  @Test func aMachineThatCannotBeSavedSaysSo() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.monitor.add([Laboratory.describe("fake")])[0]
    try guest.start()
    let ticket = try guest.takeSnapshot()
    until("it has said so") { ticket.result != nil }
    guard case .failure(.noSnapshot(guest: "fake", let reason)) = ticket.result else {
      Issue.record("saved")
      return
    }
    #expect(reason.contains("cannot be"))
  }

  @Test func aFleetWithASnapshotThatIsNotThereIsRefused() throws {
    var description = GuestDescription(name: "a", boot: BootDescription(kernel: ""))
    description.snapshot = "/nowhere/at/all"
    let error = #expect(throws: MonitorError.self) { try monitor.add([description]) }
    #expect(error.map { "\($0)" }?.hasPrefix("a: /nowhere/at/all") == true)
    #expect(monitor.guests.isEmpty)
  }
}
