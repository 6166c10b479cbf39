import ConformanceKit
import Diagnosis
import HartEngine
import ISA
import RegisterMaps
import Testing

/// Faults of small programs in M-mode that none of the broken guests has.
@Suite struct FindingTests {
  /// Examines a program after a millisecond.
  private func examine(
    harts: Int = 1, isa: ISAConfiguration = .complete, typing input: String = "",
    _ program: (inout Assembler) -> Void
  ) throws -> Diagnosis {
    let patient = try Patient(harts: harts, isa: isa, program: program)
    patient.run(milliseconds: 1)
    _ = patient.machine.uart.receive(Array(input.utf8))
    patient.run(milliseconds: 2)
    return patient.examine()
  }

  private func expect(_ kind: Finding.Kind, _ words: [String] = [], in diagnosis: Diagnosis) {
    #expect(diagnosis.findings.first?.kind == kind, "\(diagnosis.text)")
    for word in words { #expect(diagnosis.text.contains(word), "\(diagnosis.text)") }
  }

  @Test func aVectorThatLeadsToZerosIsNoCode() throws {
    let diagnosis = try examine { assembler in
      assembler.write(.mtvec, MemoryMap.ramBase + 0x1000)
      assembler.emit(.ebreak)
    }
    expect(.vectorNoCode, ["illegal instruction", "mtvec is 0x80001000"], in: diagnosis)
  }

  /// What the program does where a handler waits that says nothing.
  private func withSilentHandler(_ assembler: inout Assembler, _ body: (inout Assembler) -> Void) {
    let (handler, start) = (assembler.label(), assembler.label())
    assembler.jump(to: start)
    assembler.bind(handler)
    assembler.spin()
    assembler.bind(start)
    assembler.write(.mtvec, addressOf: handler)
    body(&assembler)
    assembler.spin()
  }

  @Test func floatingPointMustBeTurnedOn() throws {
    let diagnosis = try examine { withSilentHandler(&$0) { $0.emit(.faddS) } }
    expect(.floatOff, ["FS", "fadd.s"], in: diagnosis)
  }

  @Test func compressedCodeNeedsItsExtension() throws {
    let diagnosis = try examine(isa: ISAConfiguration([.m, .a])) { assembler in
      withSilentHandler(&assembler) {
        $0.half(0x0001)
        $0.half(0x0001)
      }
    }
    expect(.missingExtension, ["extension c", "--isa rv32imac_zicsr"], in: diagnosis)
  }

  @Test func zerosAreNoInstructions() throws {
    let diagnosis = try examine { assembler in
      withSilentHandler(&assembler) {
        $0.li(5, MemoryMap.ramBase + 0x2000)
        $0.emit(.jalr, rd: 1, rs1: 5)
      }
    }
    expect(.noInstruction, ["Memory holds zeros there"], in: diagnosis)
  }

  @Test func aWildPointerIsAFault() throws {
    let diagnosis = try examine { assembler in
      withSilentHandler(&assembler) {
        $0.li(10, 0x10)
        $0.emit(.lw, rd: 11, rs1: 10)
      }
    }
    expect(.fault, ["load access fault", "a pointer that was never set", "lw a1, 0x0(a0)"], in: diagnosis)
  }

  @Test func machineRegistersAreNotForSMode() throws {
    let diagnosis = try examine { assembler in
      withSilentHandler(&assembler) {
        let next = $0.label()
        $0.write(.pmpaddr(0), .max)
        $0.write(.pmpcfg(0), 0x1F)
        $0.write(.mstatus, 1 << 11)
        $0.write(.mepc, addressOf: next)
        $0.emit(.mret)
        $0.bind(next)
        $0.write(.mscratch, 0)
      }
    }
    expect(.privilege, ["may not access mscratch in S-mode"], in: diagnosis)
  }

  @Test func aBreakpointMayBeAnAssertion() throws {
    let diagnosis = try examine { withSilentHandler(&$0) { $0.emit(.ebreak) } }
    expect(.fault, ["breakpoint at", "An assertion that failed"], in: diagnosis)
  }

  @Test func aJumpToWhereNothingIsNamesItsCaller() throws {
    let diagnosis = try examine { assembler in
      withSilentHandler(&assembler) {
        $0.li(5, 0x4000_0000)
        $0.emit(.jalr, rd: 1, rs1: 5)
      }
    }
    expect(.jumpNowhere, ["0x40000000", "ra was 0x800000"], in: diagnosis)
  }

  // MARK: Interrupts

  @Test func aSourceThatIsEnabledForTheWrongModeIsNotHeard() throws {
    let diagnosis = try examine(typing: "x") { assembler in
      assembler.store(1, to: MemoryMap.plic.base + PLICRegisters.priority(source: MemoryMap.uartInterrupt))
      assembler.store(
        1 << MemoryMap.uartInterrupt,
        to: MemoryMap.plic.base + PLICRegisters.enable(context: 1, source: MemoryMap.uartInterrupt))
      assembler.store(1, to: MemoryMap.uart.base + UARTRegisters.interruptEnable, .sb)
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.emit(.addi, rd: 5, rs1: 5, 1)
      assembler.jump(to: loop)
    }
    expect(
      .controllerMasked, ["context 1 (S-mode of hart 0)", "does not listen", "sie.SEIE of hart 0 is 0"], in: diagnosis)
  }

  @Test func aPriorityOfZeroMeansNever() throws {
    let diagnosis = try examine(typing: "x") { assembler in
      assembler.store(
        1 << MemoryMap.uartInterrupt,
        to: MemoryMap.plic.base + PLICRegisters.enable(context: 0, source: MemoryMap.uartInterrupt))
      assembler.store(1, to: MemoryMap.uart.base + UARTRegisters.interruptEnable, .sb)
      assembler.write(.mie, 1 << 11)
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.emit(.wfi)
      assembler.jump(to: loop)
    }
    expect(.controllerMasked, ["its priority is 0"], in: diagnosis)
  }

  @Test func aMachineTimerMayBeTooFarAheadAsWell() throws {
    let diagnosis = try examine { assembler in
      assembler.store(0x1_0000, to: MemoryMap.clint.base + CLINTRegisters.timeCompare + 4)
      assembler.write(.mie, 1 << 7)
      assembler.emit(.wfi)
      assembler.spin()
    }
    expect(.timerFar, ["days ahead", "mtimecmp is"], in: diagnosis)
  }

  @Test func nobodySendsASoftwareInterrupt() throws {
    let diagnosis = try examine(harts: 2) { assembler in
      assembler.write(.mie, 1 << 3)
      assembler.emit(.wfi)
      assembler.spin()
    }
    expect(.nothingEnabled, ["machine software interrupt, which no hart sends"], in: diagnosis)
  }

  /// Harts that are left out wait with nothing enabled: that is how they are parked.
  @Test func parkedHartsAreNoFindingWhileAnotherWorks() throws {
    let diagnosis = try examine(harts: 2) { assembler in
      let (park, loop) = (assembler.label(), assembler.label())
      assembler.read(5, .mhartid)
      assembler.branch(.bne, 5, 0, to: park)
      assembler.bind(loop)
      assembler.emit(.addi, rd: 6, rs1: 6, 1)
      assembler.jump(to: loop)
      assembler.bind(park)
      assembler.emit(.wfi)
      assembler.jump(to: park)
    }
    #expect(diagnosis.findings.allSatisfy { $0.certainty == .possible }, "\(diagnosis.text)")
  }

  /// As the harts of an idle kernel without ticks: the one that gets the input wakes the others.
  @Test func idleHartsAreNoFindingWhileOneWaitsForInput() throws {
    let diagnosis = try examine(harts: 2) { assembler in
      let (other, wait) = (assembler.label(), assembler.label())
      assembler.read(5, .mhartid)
      assembler.branch(.bne, 5, 0, to: other)
      assembler.store(1, to: MemoryMap.plic.base + PLICRegisters.priority(source: MemoryMap.uartInterrupt))
      assembler.store(
        1 << MemoryMap.uartInterrupt,
        to: MemoryMap.plic.base + PLICRegisters.enable(context: 0, source: MemoryMap.uartInterrupt))
      assembler.bind(other)
      assembler.write(.mie, 1 << 11 | 1 << 7 | 1 << 3)
      assembler.bind(wait)
      assembler.emit(.wfi)
      assembler.jump(to: wait)
    }
    #expect(diagnosis.findings.isEmpty, "\(diagnosis.text)")
    #expect(diagnosis.text.contains("hart 0 waits for input from the UART at 0x8000"))
  }

  /// A loop that an interrupt may end is only perhaps a fault.
  @Test func waitingForAnInterruptInALoopIsOnlyPerhapsAFault() throws {
    let diagnosis = try examine { assembler in
      assembler.store(0, to: MemoryMap.clint.base + CLINTRegisters.timeCompare + 4)
      assembler.store(100_000_000, to: MemoryMap.clint.base + CLINTRegisters.timeCompare)
      assembler.write(.mie, 1 << 7)
      assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
      let loop = assembler.label()
      assembler.li(10, MemoryMap.ramBase + 0x3000)
      assembler.bind(loop)
      assembler.emit(.lw, rd: 11, rs1: 10)
      assembler.branch(.beq, 11, 0, to: loop)
    }
    expect(.spin, ["perhaps: hart 0 spins on the word 0x80003000"], in: diagnosis)
    #expect(diagnosis.findings.first?.certainty == .possible)
  }
}
