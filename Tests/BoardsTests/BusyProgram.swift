import ConformanceKit
import ISA
import RegisterMaps

extension Assembler {
  private static let data = MemoryMap.ramBase + 0x1_0000

  /// A program for any number of harts that never ends and uses a bit of everything: timers, software and external
  /// interrupts, exceptions, waiting, atomics, floating point and the console.
  ///
  /// x5 is a random number, x20…x29 belong to the trap handler, x30 and x31 are scratch of the code outside of it.
  mutating func busyProgram() {
    let handler = label()
    write(.mtvec, addressOf: handler)
    read(18, .mhartid)
    emit(.addi, rd: 5, rs1: 18, 77)
    write(.mstatus, 0x6000)
    enableInterrupts()
    let loop = label()
    bind(loop)
    calculate()
    rarely(mask: 15) { $0.emit(.ecall) }
    rarely(mask: 31) { $0.word(0) }
    rarely(mask: 63) { $0.emit(.wfi) }
    rarely(mask: 127) { $0.callNextHart() }
    rarely(mask: 127) { $0.print("*") }
    rarely(mask: 255) { assembler in
      assembler.read(31, .time)
      assembler.emit(.xor, rd: 6, rs1: 6, rs2: 31)
    }
    jump(to: loop)
    align(4)
    bind(handler)
    handleTrap()
  }

  private mutating func enableInterrupts() {
    store(1, to: MemoryMap.plic.base + PLICRegisters.priority(source: MemoryMap.uartInterrupt))
    emit(.slli, rd: 19, rs1: 18, 8)
    li(31, MemoryMap.plic.base + PLICRegisters.enable(context: 0, source: 0))
    emit(.add, rd: 31, rs1: 31, rs2: 19)
    li(30, 1 << MemoryMap.uartInterrupt)
    emit(.sw, rs1: 31, rs2: 30)
    store(2, to: MemoryMap.uart.base + UARTRegisters.interruptEnable, .sb)
    emit(.slli, rd: 19, rs1: 18, 3)
    li(26, MemoryMap.clint.base + CLINTRegisters.timeCompare)
    emit(.add, rd: 26, rs1: 26, rs2: 19)
    emit(.sw, rs1: 26, rs2: 0)
    emit(.sw, rs1: 26, rs2: 0, 4)
    write(.mie, 0x888)
    csr(.csrrsi, CSR.mstatus.rawValue, 8)
  }

  /// Stirs x5, memory and a floating-point register.
  private mutating func calculate() {
    li(30, 1_664_525)
    emit(.mul, rd: 5, rs1: 5, rs2: 30)
    li(30, 1_013_904_223)
    emit(.add, rd: 5, rs1: 5, rs2: 30)
    emit(.srli, rd: 7, rs1: 5, 16)
    li(30, 0xFFC)
    emit(.and, rd: 7, rs1: 7, rs2: 30)
    li(30, Self.data)
    emit(.add, rd: 7, rs1: 7, rs2: 30)
    emit(.lw, rd: 8, rs1: 7)
    emit(.xor, rd: 8, rs1: 8, rs2: 5)
    emit(.sw, rs1: 7, rs2: 8)
    emit(.amoaddW, rd: 9, rs1: 30, rs2: 5)
    emit(.lrW, rd: 10, rs1: 30)
    emit(.scW, rd: 11, rs1: 30, rs2: 9)
    emit(.add, rd: 12, rs1: 12, rs2: 11)
    emit(.fcvtSW, rd: 1, rs1: 5)
    emit(.faddS, rd: 2, rs1: 2, rs2: 1)
  }

  /// Runs `body` only when the bits of `mask` are clear in the upper half of x5.
  private mutating func rarely(mask: Int32, _ body: (inout Assembler) -> Void) {
    let skip = label()
    emit(.srli, rd: 30, rs1: 5, 20)
    emit(.xori, rd: 30, rs1: 30, mask)
    emit(.andi, rd: 30, rs1: 30, mask)
    branch(.bne, 30, 0, to: skip)
    body(&self)
    bind(skip)
  }

  /// Raises the software interrupt of the hart with the next number; the last one's register does not exist.
  private mutating func callNextHart() {
    emit(.slli, rd: 30, rs1: 18, 2)
    li(31, MemoryMap.clint.base + 4)
    emit(.add, rd: 31, rs1: 31, rs2: 30)
    emit(.addi, rd: 30, 1)
    emit(.sw, rs1: 31, rs2: 30)
  }

  private mutating func handleTrap() {
    let (interrupt, software, external) = (label(), label(), label())
    read(20, .mcause)
    branch(.blt, 20, 0, to: interrupt)
    read(21, .mepc)
    emit(.addi, rd: 21, rs1: 21, 4)
    csr(.csrrw, CSR.mepc.rawValue, 21)
    emit(.addi, rd: 22, rs1: 22, 1)
    emit(.mret)

    bind(interrupt)
    emit(.andi, rd: 20, rs1: 20, 15)
    emit(.addi, rd: 21, 3)
    branch(.beq, 20, 21, to: software)
    emit(.addi, rd: 21, 11)
    branch(.beq, 20, 21, to: external)
    li(21, MemoryMap.clint.base + CLINTRegisters.time)
    emit(.lw, rd: 21, rs1: 21)
    emit(.addi, rd: 21, rs1: 21, 37)
    emit(.sw, rs1: 26, rs2: 21)
    li(21, MemoryMap.uart.base)
    emit(.andi, rd: 23, rs1: 23, 15)
    emit(.addi, rd: 23, rs1: 23, 97)
    emit(.sb, rs1: 21, rs2: 23)
    emit(.addi, rd: 23, rs1: 23, -96)
    emit(.mret)

    bind(software)
    emit(.slli, rd: 21, rs1: 18, 2)
    li(24, MemoryMap.clint.base)
    emit(.add, rd: 24, rs1: 24, rs2: 21)
    emit(.sw, rs1: 24, rs2: 0)
    emit(.addi, rd: 25, rs1: 25, 1)
    emit(.mret)

    bind(external)
    emit(.slli, rd: 21, rs1: 18, 13)
    li(24, MemoryMap.plic.base + PLICRegisters.claim(context: 0))
    emit(.add, rd: 24, rs1: 24, rs2: 21)
    emit(.lw, rd: 27, rs1: 24)
    li(21, MemoryMap.uart.base)
    emit(.lbu, rd: 28, rs1: 21, Int32(UARTRegisters.interruptID))
    emit(.sw, rs1: 24, rs2: 27)
    emit(.addi, rd: 29, rs1: 29, 1)
    emit(.mret)
  }
}
