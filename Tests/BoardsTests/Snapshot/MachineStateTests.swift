import Boards
import ConformanceKit
import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Testing

@Suite struct MachineStateTests {
  /// Whatever a guest or a user can see of two machines, apart from their saved states.
  private func expectSame(_ a: Board, _ b: Board, sourceLocation: SourceLocation = #_sourceLocation) {
    for (one, other) in zip(a.machine.harts, b.machine.harts) {
      #expect((0..<32).map { one[x: $0] } == (0..<32).map { other[x: $0] }, sourceLocation: sourceLocation)
      #expect((0..<32).map { one[f: $0] } == (0..<32).map { other[f: $0] }, sourceLocation: sourceLocation)
      for number in UInt16(0)...0xFFF {
        let csr = CSR(rawValue: number)
        #expect(one.value(of: csr) == other.value(of: csr), "\(csr)", sourceLocation: sourceLocation)
      }
      #expect(one.pc == other.pc && one.mode == other.mode, sourceLocation: sourceLocation)
      #expect(one.retired == other.retired && one.executed == other.executed, sourceLocation: sourceLocation)
      #expect(one.statistics == other.statistics, sourceLocation: sourceLocation)
      #expect(one.isWaiting == other.isWaiting && one.hasWakeUp == other.hasWakeUp, sourceLocation: sourceLocation)
    }
    let memory = { (board: Board) in board.machine.ram.read(at: MemoryMap.ramBase, count: board.machine.ram.size) }
    #expect(memory(a) == memory(b), sourceLocation: sourceLocation)
    #expect(a.machine.now == b.machine.now && a.machine.end == b.machine.end, sourceLocation: sourceLocation)
    #expect(a.machine.resets == b.machine.resets, sourceLocation: sourceLocation)
  }

  @Test(arguments: [1, 2, 3], [0, 1, 999, 20_000, 61_803] as [UInt64])
  func aRestoredMachineGoesOnExactlyAsTheSavedOne(harts: Int, instructions: UInt64) throws {
    let saved = try Board(harts: harts) { $0.busyProgram() }
    saved.run(limit: instructions)
    let state = saved.machine.saveState()
    let restored = try Board(harts: harts)
    try restored.machine.restoreState(state)
    #expect(restored.machine.saveState() == state)
    expectSame(saved, restored)
    saved.console.bytes = []
    for board in [saved, restored] { #expect(board.run(limit: 100_000) == .ran) }
    #expect(saved.console.bytes.count > 100)
    #expect(saved.console.bytes == restored.console.bytes)
    expectSame(saved, restored)
    #expect(saved.machine.saveState() == restored.machine.saveState())
  }

  @Test func whatTheMachineDidBeforeLeavesNoTrace() throws {
    let saved = try Board(harts: 2) { $0.busyProgram() }
    saved.run(limit: 5_000)
    let state = saved.machine.saveState()
    saved.run(limit: 77_777)
    try saved.machine.restoreState(state)
    #expect(saved.machine.saveState() == state)
    let fresh = try Board(harts: 2)
    try fresh.machine.restoreState(state)
    for board in [saved, fresh] { board.run(limit: 50_000) }
    expectSame(saved, fresh)
  }

  @Test func savingChangesNothing() throws {
    let (quiet, saving) = (try Board(harts: 2) { $0.busyProgram() }, try Board(harts: 2) { $0.busyProgram() })
    for _ in 0..<20 {
      quiet.run(limit: 3_333)
      saving.run(limit: 3_333)
      _ = saving.machine.saveState()
    }
    expectSame(quiet, saving)
  }

  @Test func aResetAfterwardsLoadsTheImagesAgain() throws {
    let original = try Board { assembler in
      assembler.print("x")
      assembler.store(TestDeviceRegisters.reset, to: MemoryMap.testDevice.base)
      assembler.spin()
    }
    original.run(limit: 8)
    let restored = try Board()
    try restored.machine.restoreState(original.machine.saveState())
    restored.run(limit: 200)
    #expect(restored.machine.resets > 5)
    #expect(restored.console.bytes.count >= restored.machine.resets)
  }

  @Test func theEndOfAMachineIsSavedToo() throws {
    for code in [0, 9] as [UInt16] {
      let ended = try Board { $0.endMachine(code: code) }
      ended.run()
      let restored = try Board()
      try restored.machine.restoreState(ended.machine.saveState())
      #expect(restored.machine.end == (code == 0 ? .passed : .failed(code: code)))
    }
    let hung = try Board { $0.spin() }
    hung.run()
    let restored = try Board()
    try restored.machine.restoreState(hung.machine.saveState())
    #expect(restored.machine.end != nil && restored.machine.end == hung.machine.end)
  }

  @Test func hostTimeGoesOnFromTheSavedTime() throws {
    let saved = try Board(clock: .host)
    while saved.machine.now < 50_000 {}
    let state = saved.machine.saveState()
    let restored = try Board(clock: .host)
    #expect(restored.machine.now < 50_000)
    try restored.machine.restoreState(state)
    #expect(restored.machine.now >= 50_000)
  }

  @Test func inputThatTheGuestHasNotReadIsKept() throws {
    let saved = try Board { assembler in
      assembler.store(1, to: MemoryMap.plic.base + PLICRegisters.priority(source: MemoryMap.uartInterrupt))
      assembler.store(
        1 << MemoryMap.uartInterrupt, to: MemoryMap.plic.base + PLICRegisters.enable(context: 0, source: 0))
      assembler.store(1, to: MemoryMap.uart.base + UARTRegisters.fifoControl, .sb)
      assembler.store(1, to: MemoryMap.uart.base + UARTRegisters.interruptEnable, .sb)
      assembler.write(.mie, 0x800)
      assembler.emit(.wfi)
      for register in 5...7 as ClosedRange<UInt8> {
        assembler.load(register, from: MemoryMap.uart.base, .lbu)
      }
      assembler.endMachine()
    }
    #expect(saved.run() == .idle(until: .max))
    #expect(saved.machine.uart.receive([65, 66, 67]) == 3)
    let restored = try Board()
    try restored.machine.restoreState(saved.machine.saveState())
    #expect(restored.run() == .ended(.passed))
    #expect((5...7).map { restored.machine.harts[0][x: $0] } == [65, 66, 67])
  }

  /// Sets an alarm of the real-time clock, whose deadline some instruction will meet, and counts its interrupts.
  private func alarmProgram(_ assembler: inout Assembler) {
    let (handler, loop) = (assembler.label(), assembler.label())
    assembler.write(.mtvec, addressOf: handler)
    assembler.store(1, to: MemoryMap.plic.base + PLICRegisters.priority(source: MemoryMap.rtcInterrupt))
    assembler.store(1 << MemoryMap.rtcInterrupt, to: MemoryMap.plic.base + PLICRegisters.enable(context: 0, source: 0))
    assembler.load(5, from: MemoryMap.rtc.base + GoldfishRTCRegisters.timeLow)
    assembler.load(6, from: MemoryMap.rtc.base + GoldfishRTCRegisters.timeHigh)
    assembler.emit(.addi, rd: 5, rs1: 5, 2000)
    assembler.li(31, MemoryMap.rtc.base)
    assembler.emit(.sw, rs1: 31, rs2: 6, Int32(GoldfishRTCRegisters.alarmHigh))
    assembler.emit(.sw, rs1: 31, rs2: 5, Int32(GoldfishRTCRegisters.alarmLow))
    assembler.store(1, to: MemoryMap.rtc.base + GoldfishRTCRegisters.interruptEnable)
    assembler.write(.mie, 0x800)
    assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
    assembler.bind(loop)
    assembler.emit(.addi, rd: 7, rs1: 7, 1)
    assembler.jump(to: loop)
    assembler.align(4)
    assembler.bind(handler)
    assembler.emit(.addi, rd: 8, rs1: 8, 1)
    assembler.csr(.csrrc, rd: 9, CSR.mie.rawValue, 30)
    assembler.emit(.mret)
  }

  @Test(arguments: [false, true])
  func everyInstructionIsAPlaceToSave(hasAlarm: Bool) throws {
    let saved = try Board { hasAlarm ? alarmProgram(&$0) : $0.busyProgram() }
    let restored = try Board()
    for _ in 0..<600 {
      try restored.machine.restoreState(saved.machine.saveState())
      for board in [saved, restored] { board.run(limit: 1) }
      try #require(saved.machine.saveState() == restored.machine.saveState())
    }
    if hasAlarm { #expect(saved.machine.harts[0][x: 8] == 1) } else { #expect(saved.console.bytes.count > 1) }
  }

  // MARK: States that are not ours

  private func smallState() throws -> [UInt8] {
    let board = try Board(harts: 2) { $0.busyProgram() }
    board.run(limit: 10_000)
    return board.machine.saveState()
  }

  @Test func everyTruncationIsRefused() throws {
    let state = try smallState()
    let target = try Board(harts: 2)
    // Most of the state are two pages of memory, where one place is like the next.
    for count in state.indices where count < 1_000 || count > state.count - 3_000 || count % 61 == 0 {
      #expect(throws: StateError.self, "\(count) of \(state.count) bytes") {
        try target.machine.restoreState(Array(state[..<count]))
      }
    }
    #expect(throws: StateError.invalidValue(section: "end", field: "length")) {
      try target.machine.restoreState(state + [0])
    }
    try target.machine.restoreState(state)
  }

  @Test func damagedStatesNeverTrap() throws {
    let state = try smallState()
    let target = try Board(harts: 2)
    var random = RandomSource(seed: 2026)
    var refused = 0
    // Memory is most of the state, and anything may be in it: strike the devices and harts behind it more often.
    let memory = state.count - 2_500
    for round in 0..<3_000 {
      var damaged = state
      for _ in 0...random.below(4) {
        let place = round % 3 == 0 ? random.below(state.count) : memory + random.below(state.count - memory)
        damaged[place] =
          random.chance(percent: 50) ? UInt8(random.below(256)) : damaged[place] ^ 1 << UInt8(random.below(8))
      }
      do { try target.machine.restoreState(damaged) } catch { refused += 1 }
      target.run(limit: 500)
      target.console.bytes = []
    }
    #expect(refused > 100)
  }

  @Test func statesOfOtherMachinesAreRefused() throws {
    let state = try smallState()
    let others = [
      try Board(harts: 1), try Board(harts: 2, clock: .host), try Board(harts: 2, memorySize: 2 << 20),
      try Board(harts: 2, clock: .virtual(instructionsPerTick: 9)),
    ]
    for other in others {
      #expect {
        try other.machine.restoreState(state)
      } throws: { error in
        guard case .otherMachine? = error as? StateError else { return false }
        return true
      }
      #expect(other.run() != .ran)
    }
  }

  @Test func anErrorSaysWhatDiffers() throws {
    let state = try smallState()
    let other = try Board(harts: 3)
    #expect(throws: StateError.otherMachine(property: "harts", saved: "2", here: "3")) {
      try other.machine.restoreState(state)
    }
  }
}
