import Boards
import ConformanceKit
import DeviceTree
import GuestImage
import HartEngine
import ISA
import RegisterMaps
import SystemBus
import Testing

@Suite struct MachineTests {
  // MARK: Boot and reset

  /// The reset vector of QEMU 7.2's riscv32 `virt`, and the `fw_dynamic` information behind it.
  @Test func theBootROMIsQEMUs() throws {
    let board = try Board { $0.endMachine() }
    let bytes = try #require(board.machine.bootROM.read(at: MemoryMap.bootROM.base, count: 64))
    let words = stride(from: 0, to: 64, by: 4).map { start in
      bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    #expect(
      words == [
        0x0000_0297, 0x0282_8613, 0xF140_2573, 0x0202_A583, 0x0182_A283, 0x0002_8067, 0x8000_0000, 0, 0, 0,
        0x4942_534F, 2, 0x8000_0000, 3, 0, 0,
      ])
  }

  @Test func theROMPassesHartAndTreeOn() throws {
    let board = try Board(harts: 3) { assembler in
      assembler.emit(.wfi)
      assembler.spin()
    }
    board.run(limit: 100)
    for hart in board.machine.harts {
      #expect(hart[x: 10] == hart.id && hart[x: 11] == 0 && hart[x: 12] == MemoryMap.bootROM.base + 0x28)
      #expect(hart.pc == MemoryMap.ramBase + 4)
    }
  }

  @Test func aResetGivesTheSameMachineEveryTime() throws {
    let board = try Board(harts: 2) { $0.busyProgram() }
    let first = board.machine.saveState()
    for length in [1, 100, 12_345, 50_000] as [UInt64] {
      board.run(limit: length)
      board.machine.ram.clear()
      board.machine.reset()
      // Time goes on over a reset, and only that differs.
      #expect(board.machine.saveState().count == first.count)
      for hart in board.machine.harts {
        #expect(hart.pc == MemoryMap.bootROM.base && hart.mode == .machine && hart.retired == 0)
        #expect((0..<32).allSatisfy { hart[x: $0] == 0 } && hart.value(of: .mip) == 0)
      }
    }
  }

  @Test func aGuestMayResetTheMachineAThousandTimes() throws {
    let board = try Board(harts: 2) { assembler in
      assembler.print("r")
      assembler.store(TestDeviceRegisters.reset, to: MemoryMap.testDevice.base)
      assembler.spin()
    }
    while board.machine.resets < 1000 { try #require(board.run(limit: 10_000) == .ran) }
    #expect(board.console.bytes.count >= 1000)
  }

  /// What a guest has written over its image is put right by a reset.
  @Test func aResetLoadsTheImagesAgain() throws {
    let board = try Board { assembler in
      let word = assembler.label()
      assembler.address(rd: 5, of: word)
      assembler.emit(.lw, rd: 6, rs1: 5)
      assembler.emit(.sw, rs1: 5, rs2: 0)
      assembler.store(register: 6, to: MemoryMap.ramBase + 0x8000)
      assembler.store(TestDeviceRegisters.reset, to: MemoryMap.testDevice.base)
      assembler.bind(word)
      assembler.word(0x1234_5678)
    }
    for _ in 0..<3 {
      board.run(limit: 40)
      #expect(board.word(MemoryMap.ramBase + 0x8000) == 0x1234_5678)
    }
    #expect(board.machine.resets > 2)
  }

  @Test(arguments: [1, 4, 8])
  func theDeviceTreeReadsBack(harts: Int) throws {
    let board = try Board(harts: harts, memorySize: 64 << 20)
    var tree = board.machine.deviceTree
    tree.bootArguments = "console=ttyS0"
    tree.initrd = 0x8200_0000..<0x8210_0000
    let written = tree.document()
    let read = try DeviceTreeDocument(flattened: written.flattened())
    #expect(read == written)
    #expect(read.root.node(at: "/memory@80000000")?.cells("reg") == [0, 0x8000_0000, 0, 64 << 20])
    #expect(read.root.node(at: "/cpus/cpu@\(harts - 1)") != nil && read.root.node(at: "/cpus/cpu@\(harts)") == nil)
  }

  // MARK: Ends

  @Test(arguments: [0, 1, 7, 0xFFFF] as [UInt16])
  func theTestDeviceEndsTheMachine(code: UInt16) throws {
    let board = try Board { $0.endMachine(code: code) }
    let end = code == 0 ? MachineEnd.passed : .failed(code: code)
    #expect(board.run() == .ended(end) && board.machine.end == end)
    let retired = board.machine.harts[0].retired
    #expect(board.run() == .ended(end) && board.machine.harts[0].retired == retired)
    board.machine.reset()
    #expect(board.machine.end == nil && board.run() == .ended(end))
  }

  private func hangReason(_ board: Board) -> String? {
    guard case .ended(.hung(let reason)) = board.run(limit: 10_000_000) else { return nil }
    return reason
  }

  @Test func lostMachinesEndWithAReason() throws {
    let waiting = try Board(harts: 2) { $0.emit(.wfi) }
    #expect(try #require(hangReason(waiting)).contains("every hart waits"))
    // jal, jal ra, c.j, c.jal
    for jump in [0x0000_006F, 0x0000_00EF, 0xA001, 0x2001] as [UInt32] {
      let spinning = try Board { if jump & 3 == 3 { $0.word(jump) } else { $0.half(UInt16(jump)) } }
      #expect(try #require(hangReason(spinning)).contains("jumps to itself at 0x80000000"))
    }
    let trapping = try Board { $0.word(0) }
    #expect(try #require(hangReason(trapping)).contains("traps for ever at 0x0"))
  }

  /// A parked hart is no reason to end the machine while another one works or may be woken.
  @Test func aLostHartDoesNotEndTheOthers() throws {
    let board = try Board(harts: 2) { assembler in
      let (park, loop) = (assembler.label(), assembler.label())
      assembler.branch(.bne, 10, 0, to: park)
      assembler.li(5, 300_000)
      assembler.bind(loop)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.endMachine()
      assembler.bind(park)
      assembler.spin()
    }
    #expect(board.run(limit: 10_000_000) == .ended(.passed))
    let sleeping = try Board(harts: 2) { assembler in
      let park = assembler.label()
      assembler.branch(.bne, 10, 0, to: park)
      assembler.store(5000, to: MemoryMap.clint.base + CLINTRegisters.timeCompare)
      assembler.store(0, to: MemoryMap.clint.base + CLINTRegisters.timeCompare + 4)
      assembler.write(.mie, 0x80)
      assembler.emit(.wfi)
      assembler.endMachine()
      assembler.bind(park)
      assembler.spin()
    }
    #expect(sleeping.run(limit: 10_000_000) == .ended(.passed))
  }

  @Test func whenAllAreLostTheyAreNamed() throws {
    let board = try Board(harts: 2) { assembler in
      let park = assembler.label()
      assembler.branch(.bne, 10, 0, to: park)
      assembler.spin()
      assembler.bind(park)
      assembler.emit(.wfi)
      assembler.spin()
    }
    let reason = try #require(hangReason(board))
    #expect(reason.contains("hart 0 jumps to itself") && reason.contains("hart 1"))
  }

  /// Machine time never gets there: the machine must neither skip to it nor look for it for ever.
  @Test(arguments: [0xFFFF_FFFE, 0x4000_0000] as [UInt32])
  func aDeadlineBeyondAllTimeIsNone(high: UInt32) throws {
    let board = try Board { assembler in
      assembler.store(high, to: MemoryMap.clint.base + CLINTRegisters.timeCompare + 4)
      assembler.write(.mie, 0x80)
      assembler.emit(.wfi)
    }
    #expect(hangReason(board) != nil)
  }

  /// A timer that is due, in a time that was shifted, asks to be called when `mtime` starts from 0 again.
  @Test func shiftedTimeDoesNotKeepAnIdleMachineBusy() throws {
    let board = try Board { assembler in
      assembler.store(100, to: MemoryMap.clint.base + CLINTRegisters.time)
      assembler.store(0, to: MemoryMap.clint.base + CLINTRegisters.timeCompare + 4)
      assembler.store(0, to: MemoryMap.clint.base + CLINTRegisters.timeCompare)
      assembler.emit(.wfi)
    }
    #expect(hangReason(board) != nil)
  }

  @Test func aMachineThatInputMayWakeIsIdle() throws {
    let board = try Board { assembler in
      assembler.write(.mie, 0x800)
      assembler.emit(.wfi)
    }
    #expect(board.run() == .idle(until: .max))
  }

  // MARK: Time

  @Test(arguments: 1...4)
  func underVirtualTimeTwoRunsAreEqual(harts: Int) throws {
    let boards = try (0..<2).map { _ in try Board(harts: harts) { $0.busyProgram() } }
    for board in boards { board.run(limit: 200_000) }
    #expect(boards[0].machine.saveState() == boards[1].machine.saveState())
    #expect(boards[0].console.bytes == boards[1].console.bytes && boards[0].console.bytes.count > 100)
  }

  /// One hart alone does the same in one slice as in many.
  @Test(arguments: [1, 7, 1000, 19_999] as [UInt64])
  func slicesDoNotShowInARun(slice: UInt64) throws {
    let (whole, sliced) = (try Board { $0.busyProgram() }, try Board { $0.busyProgram() })
    whole.run(limit: 40_000)
    let target = whole.machine.harts[0].executed
    while sliced.machine.harts[0].executed < target {
      sliced.run(limit: min(slice, target - sliced.machine.harts[0].executed))
    }
    #expect(whole.console.bytes == sliced.console.bytes)
    #expect((0..<32).map { whole.machine.harts[0][x: $0] } == (0..<32).map { sliced.machine.harts[0][x: $0] })
    #expect(whole.machine.harts[0].retired == sliced.machine.harts[0].retired)
  }

  /// The timer interrupts the very instruction at which `mtime` reaches `mtimecmp`: x10 counts up one per instruction.
  @Test(arguments: [100, 101, 500, 3000] as [UInt32], [1, 3, 10] as [UInt64])
  func deadlinesAreMetExactly(deadline: UInt32, rate: UInt64) throws {
    let board = try Board(clock: .virtual(instructionsPerTick: rate)) { assembler in
      let (handler, loop) = (assembler.label(), assembler.label())
      assembler.write(.mtvec, addressOf: handler)
      assembler.store(deadline, to: MemoryMap.clint.base + CLINTRegisters.timeCompare)
      assembler.store(0, to: MemoryMap.clint.base + CLINTRegisters.timeCompare + 4)
      assembler.write(.mie, 0x80)
      assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
      assembler.bind(loop)
      for _ in 0..<7 { assembler.emit(.addi, rd: 10, rs1: 10, 1) }
      assembler.jump(to: loop)
      assembler.align(4)
      assembler.bind(handler)
      assembler.read(11, .time)
      assembler.read(12, .minstret)
      assembler.endMachine()
    }
    #expect(board.run() == .ended(.passed))
    #expect(board.machine.harts[0][x: 11] == deadline)
    // One instruction of the handler has retired before it reads the counter.
    #expect(UInt64(board.machine.harts[0][x: 12]) == UInt64(deadline) * rate + 1)
  }

  @Test func idleTimePassesAtOnce() throws {
    let board = try Board { assembler in
      assembler.store(50_000_000, to: MemoryMap.clint.base + CLINTRegisters.timeCompare)
      assembler.store(0, to: MemoryMap.clint.base + CLINTRegisters.timeCompare + 4)
      assembler.write(.mie, 0x80)
      assembler.emit(.wfi)
      assembler.read(11, .time)
      assembler.endMachine()
    }
    #expect(board.run() == .ended(.passed))
    #expect(board.machine.harts[0][x: 11] == 50_000_000)
  }

  // MARK: Several harts

  /// A token goes round: each hart waits for its software interrupt, counts, and wakes the next one.
  @Test(arguments: [2, 3, 8])
  func hartsWakeEachOther(harts: Int) throws {
    let rounds: UInt32 = 50
    let board = try Board(harts: harts) { assembler in
      let (wait, wake, again, last) = (assembler.label(), assembler.label(), assembler.label(), assembler.label())
      assembler.emit(.addi, rd: 18, rs1: 10)
      assembler.emit(.slli, rd: 5, rs1: 18, 2)
      assembler.li(6, MemoryMap.clint.base)
      assembler.emit(.add, rd: 5, rs1: 5, rs2: 6)
      assembler.emit(.addi, rd: 7, rs1: 5, 4)
      assembler.li(8, UInt32(harts - 1))
      assembler.branch(.bne, 18, 8, to: last)
      assembler.emit(.addi, rd: 7, rs1: 6)
      assembler.bind(last)
      assembler.li(9, rounds)
      assembler.write(.mie, 8)
      assembler.branch(.beq, 18, 0, to: wake)
      assembler.bind(wait)
      assembler.emit(.wfi)
      assembler.read(30, .mip)
      assembler.emit(.andi, rd: 30, rs1: 30, 8)
      assembler.branch(.beq, 30, 0, to: wait)
      assembler.emit(.sw, rs1: 5, rs2: 0)
      assembler.emit(.addi, rd: 19, rs1: 19, 1)
      assembler.branch(.bne, 18, 0, to: wake)
      assembler.branch(.bne, 19, 9, to: wake)
      assembler.endMachine()
      assembler.bind(wake)
      assembler.emit(.addi, rd: 30, 1)
      assembler.emit(.sw, rs1: 7, rs2: 30)
      assembler.jump(to: again)
      assembler.bind(again)
      assembler.jump(to: wait)
    }
    #expect(board.run(limit: 10_000_000) == .ended(.passed))
    #expect(board.machine.harts.map { $0[x: 19] } == Array(repeating: rounds, count: harts))
  }
}
