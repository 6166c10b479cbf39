import Boards
import ConformanceKit
import HartEngine
import ISA
import RegisterMaps
import SystemBus
import Testing

/// What code that runs untranslated in M-mode reaches: RAM with one instruction of the host, and everything else, which
/// faults there.
@Suite struct WindowTests {
  private static let memorySize: UInt32 = 1 << 20
  private static let end = MemoryMap.ramBase + memorySize

  /// Does something 300 times with an address in x8. Counts traps in x20, and adds up their causes and addresses in x21.
  private func program(_ address: UInt32, _ body: @escaping (inout Assembler) -> Void) -> (inout Assembler) -> Void {
    { assembler in
      let (start, handler, loop) = (assembler.label(), assembler.label(), assembler.label())
      assembler.jump(to: start)
      assembler.align(4)
      assembler.bind(handler)
      assembler.emit(.addi, rd: 20, rs1: 20, 1)
      for register in [CSR.mcause, .mtval] {
        assembler.read(22, register)
        assembler.emit(.add, rd: 21, rs1: 21, rs2: 22)
      }
      assembler.read(22, .mepc)
      assembler.emit(.addi, rd: 22, rs1: 22, 4)
      assembler.csr(.csrrw, CSR.mepc.rawValue, 22)
      assembler.emit(.mret)
      assembler.bind(start)
      assembler.write(.mstatus, 0x2000)
      assembler.write(.mtvec, addressOf: handler)
      assembler.li(8, address)
      assembler.li(5, 300)
      assembler.bind(loop)
      body(&assembler)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.endMachine()
    }
  }

  /// Runs the program with both engines, which must end in the same state.
  private func compare(_ address: UInt32, _ body: @escaping (inout Assembler) -> Void) throws -> Board {
    let interpreted = try Board(memorySize: Int(Self.memorySize), engine: .interpreter, program(address, body))
    let translated = try Board(memorySize: Int(Self.memorySize), engine: .translator, program(address, body))
    for board in [interpreted, translated] { #expect(board.run() == .ended(.passed)) }
    #expect(translated.machine.saveState() == interpreted.machine.saveState())
    #expect(translated.machine.harts[0].executed == interpreted.machine.harts[0].executed)
    let size = Int(Self.memorySize)
    #expect(
      translated.machine.ram.read(at: MemoryMap.ramBase, count: size)
        == interpreted.machine.ram.read(at: MemoryMap.ramBase, count: size))
    return translated
  }

  @Test func devicesAnswer() throws {
    let board = try compare(MemoryMap.uart.base) { assembler in
      assembler.emit(.lbu, rd: 10, rs1: 8, 5)
      assembler.emit(.andi, rd: 11, rs1: 5, 15)
      assembler.emit(.addi, rd: 11, rs1: 11, 64)
      assembler.emit(.sb, rs1: 8, rs2: 11)
    }
    #expect(board.console.bytes.count == 300)
    #expect(board.machine.harts[0][x: 20] == 0)
  }

  @Test func oneInstructionMayReachBoth() throws {
    // Every other time the UART's scratch register, else RAM.
    let board = try compare(MemoryMap.uart.base + 7) { assembler in
      assembler.li(9, (MemoryMap.uart.base + 7) ^ (MemoryMap.ramBase + 0x8000))
      assembler.emit(.xor, rd: 8, rs1: 8, rs2: 9)
      assembler.emit(.lbu, rd: 10, rs1: 8)
      assembler.emit(.addi, rd: 10, rs1: 10, 1)
      assembler.emit(.sb, rs1: 8, rs2: 10)
    }
    #expect(board.machine.ram.read(at: MemoryMap.ramBase + 0x8000, count: 1) == [150])
  }

  /// Around both ends of RAM and of all addresses, with displacements that go round.
  @Test(arguments: [MemoryMap.ramBase, end, 0, 0xFFFF_FFFE], [-2048, -4, -3, -2, -1, 0, 1, 3, 2044] as [Int32])
  func edgesTrapAlike(base: UInt32, displacement: Int32) throws {
    let board = try compare(base) { assembler in
      assembler.li(10, 0x1234_5678)
      assembler.emit(.lw, rd: 11, rs1: 8, displacement)
      assembler.emit(.sw, rs1: 8, rs2: 10, displacement)
      assembler.emit(.lhu, rd: 12, rs1: 8, displacement)
      assembler.emit(.sh, rs1: 8, rs2: 5, displacement)
      assembler.emit(.fsd, rs1: 8, rs2: 1, displacement)
      assembler.emit(.fld, rd: 1, rs1: 8, displacement)
    }
    let address = base &+ UInt32(bitPattern: displacement)
    let isInside = address >= MemoryMap.ramBase && UInt64(address) + 8 <= UInt64(Self.end)
    #expect((board.machine.harts[0][x: 20] == 0) == isInside)
  }

  @Test(arguments: [MemoryMap.uart.base, MemoryMap.ramBase + 0x9000, MemoryMap.ramBase + 0x9002, end, 0x5000_0000])
  func atomicsBehaveAlike(address: UInt32) throws {
    let board = try compare(address) { assembler in
      assembler.emit(.amoaddW, rd: 10, rs1: 8, rs2: 5)
      assembler.emit(.lrW, rd: 11, rs1: 8)
      assembler.emit(.addi, rd: 11, rs1: 11, 1)
      assembler.emit(.scW, rd: 12, rs1: 8, rs2: 11)
      assembler.emit(.add, rd: 13, rs1: 13, rs2: 12)
      // Without a reservation.
      assembler.emit(.scW, rd: 12, rs1: 8, rs2: 5)
      assembler.emit(.add, rd: 14, rs1: 14, rs2: 12)
    }
    guard address == MemoryMap.ramBase + 0x9000 else {
      #expect(board.machine.harts[0][x: 20] >= 1200)
      return
    }
    #expect(board.machine.harts[0][x: 13] == 0 && board.machine.harts[0][x: 14] == 300)
  }

  /// Stores that one check serves, beside code that is run and over it.
  @Test(arguments: [0x3FC0, 0x3FF0, 0x4000, 0x4010, 0x4040] as [UInt32])
  func groupsOfStoresMindCode(offset: UInt32) throws {
    let function = MemoryMap.ramBase + 0x4000
    let board = try compare(MemoryMap.ramBase + offset) { assembler in
      // A function of two instructions, which is written again if it was overwritten.
      assembler.li(9, function)
      assembler.li(10, Assembler.encode(.addi, rd: 13, rs1: 13, 1))
      assembler.emit(.sw, rs1: 9, rs2: 10)
      assembler.li(10, Assembler.encode(.jalr, rs1: 1))
      assembler.emit(.sw, rs1: 9, rs2: 10, 4)
      assembler.emit(.jalr, rd: 1, rs1: 9)
      for index in 0..<8 { assembler.emit(.sw, rs1: 8, rs2: 5, Int32(index) * 4) }
      assembler.emit(.lw, rd: 10, rs1: 8, 12)
      assembler.emit(.add, rd: 14, rs1: 14, rs2: 10)
    }
    #expect(board.machine.harts[0][x: 13] == 300)
    #expect(board.machine.harts[0][x: 14] == 300 * 301 / 2)
  }

  #if arch(x86_64) && os(Linux)
    /// Code goes to addresses where that of another machine was just before.
    @Test func machinesComeAndGoBesideEachOther() async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            for _ in 0..<100 {
              let board = try Board(engine: .translator) { assembler in
                assembler.print("*")
                assembler.endMachine()
              }
              #expect(board.run() == .ended(.passed))
              #expect(board.console.text == "*")
            }
          }
        }
        try await group.waitForAll()
      }
    }

    @Test func memoryLiesInItsWindow() throws {
      let ram = try GuestMemory(base: 0x8000_0000, size: 1 << 20, isInWindow: true)
      let window = try #require(ram.window)
      #expect(ram.pointer == window.start + 0x8000_0000)
      #expect(window.lines == window.start + AddressWindow.linesOffset + 0x8000_0000 >> AddressWindow.lineShift)
      #expect(try GuestMemory(base: 0x8000_0000, size: 1 << 20).window == nil)
      // Nothing may end behind the guest's addresses.
      #expect(try GuestMemory(base: 0xFFFF_F000, size: 1 << 20, isInWindow: true).window == nil)
    }
  #endif
}
