import Boards
import RegisterMaps
import SystemBus
import Testing

@Suite struct MachineSnapshotTests {
  private func same(_ a: VirtMachine, _ b: VirtMachine) -> Bool { a.saveState() == b.saveState() }

  @Test(arguments: [1, 3], [0, 999, 61_803] as [UInt64])
  func aForkGoesOnExactlyAsItsOriginal(harts: Int, instructions: UInt64) throws {
    let board = try Board(harts: harts, ram: .freezable) { $0.busyProgram() }
    board.run(limit: instructions)
    let snapshot = try board.machine.snapshot()
    let consoles = (0..<2).map { _ in Recorder() }
    let forks = try consoles.map { try VirtMachine(snapshot, console: $0) }
    #expect(forks.allSatisfy { same($0, board.machine) })
    board.console.bytes = []
    #expect(forks[0].run(instructions: 100_000) == .ran)
    board.run(limit: 100_000)
    #expect(same(forks[0], board.machine) && !same(forks[1], board.machine))
    #expect(forks[1].run(instructions: 100_000) == .ran)
    #expect(same(forks[1], board.machine))
    #expect(consoles.allSatisfy { $0.bytes == board.console.bytes } && board.console.bytes.count > 100)
  }

  @Test func snapshotsOfForksAndGoingBackAreExact() throws {
    let board = try Board(harts: 2, ram: .freezable) { $0.busyProgram() }
    var snapshots: [MachineSnapshot] = []
    var states: [[UInt8]] = []
    for _ in 0..<5 {
      board.run(limit: 7_777)
      snapshots.append(try board.machine.snapshot())
      states.append(board.machine.saveState())
    }
    for (snapshot, state) in zip(snapshots, states).reversed() {
      try board.machine.restore(snapshot)
      #expect(board.machine.saveState() == state)
      #expect(try VirtMachine(snapshot, console: Recorder()).snapshot().encoded() == snapshot.encoded())
    }
  }

  @Test func whatIsEncodedMakesTheSameMachine() throws {
    let board = try Board(harts: 2) { $0.busyProgram() }
    board.run(limit: 50_000)
    let snapshot = try board.machine.snapshot()
    let decoded = try MachineSnapshot(snapshot.encoded()) { size in
      #expect(size == 1 << 20)
      return snapshot.ram
    }
    #expect(same(try VirtMachine(decoded, console: Recorder()), board.machine))
  }

  @Test func aSnapshotWithPartsMissingIsRefused() throws {
    let board = try Board { $0.busyProgram() }
    board.run(limit: 5_000)
    let snapshot = try board.machine.snapshot()
    let bytes = snapshot.encoded()
    for count in stride(from: 0, to: bytes.count, by: 61) {
      #expect(throws: StateError.self) { try MachineSnapshot(Array(bytes.prefix(count))) { _ in snapshot.ram } }
    }
  }

  @Test func anotherMachineRefusesASnapshot() throws {
    let snapshot = try Board { $0.busyProgram() }.machine.snapshot()
    #expect(throws: SnapshotError.self) { try Board(harts: 2).machine.restore(snapshot) }
    #expect(throws: SnapshotError.self) { try Board(memorySize: 2 << 20).machine.restore(snapshot) }
  }

  @Test func aResetOfAForkLoadsTheImagesAgain() throws {
    let board = try Board(ram: .freezable) { $0.busyProgram() }
    let fresh = try Board { $0.busyProgram() }
    board.run(limit: 30_000)
    let fork = try VirtMachine(try board.machine.snapshot(), console: Recorder())
    fork.ram.clear()
    fork.reset()
    #expect(
      fork.ram.read(at: MemoryMap.ramBase, count: 4096) == fresh.machine.ram.read(at: MemoryMap.ramBase, count: 4096))
  }
}
