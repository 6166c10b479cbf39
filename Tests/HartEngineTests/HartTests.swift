import ConformanceKit
import HartEngine
import ISA
import Testing

@Suite struct HartTests {
  // MARK: Reservations

  /// What may happen between `lr.w` and `sc.w` to the same word, and whether the store still succeeds.
  @Test(arguments: ["nothing", "trap", "interrupt", "other word", "second sc", "misaligned trap"])
  func reservations(what: String) throws {
    let rig = try Rig { assembler in
      assembler.li(8, Rig.base + 0x5000)
      assembler.emit(.addi, rd: 12, rs1: 8, 8)
      assembler.emit(.addi, rd: 9, 1)
      assembler.write(.mie, 8)
      assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
      assembler.li(30, 8)
      assembler.li(31, Bell.pins)
      assembler.emit(.lrW, rd: 10, rs1: 8)
      switch what {
      case "trap": assembler.emit(.ebreak)
      case "interrupt": assembler.emit(.sw, rs1: 31, rs2: 30)
      case "other word": assembler.emit(.lrW, rd: 10, rs1: 12)
      case "second sc": assembler.emit(.scW, rd: 10, rs1: 8, rs2: 0)
      case "misaligned trap": assembler.emit(.amoaddW, rd: 10, rs1: 9, rs2: 9)
      default: break
      }
      assembler.emit(.scW, rd: 10, rs1: 8, rs2: 9)
      assembler.end()
    }
    #expect(rig.run())
    #expect(rig.hart[x: 10] == (what == "nothing" ? 0 : 1))
    #expect(rig.word(at: Rig.base + 0x5000) == (what == "nothing" ? 1 : 0))
  }

  @Test func anotherHartsTurnBreaksAReservation() throws {
    for isBroken in [false, true] {
      var reserved: UInt32 = 0
      let rig = try Rig { assembler in
        assembler.li(8, Rig.base + 0x5000)
        assembler.emit(.lrW, rd: 10, rs1: 8)
        reserved = assembler.here
        assembler.emit(.scW, rd: 10, rs1: 8, rs2: 8)
        assembler.end()
      }
      while rig.hart.pc != reserved { rig.run(limit: 1) }
      if isBroken { rig.hart.breakReservation() }
      #expect(rig.run())
      #expect(rig.hart[x: 10] == (isBroken ? 1 : 0))
    }
  }

  // MARK: Counters

  @Test func countersCountInstructionsAndNothingElse() throws {
    let rig = try Rig { assembler in
      assembler.read(10, .minstret)
      assembler.read(11, .minstret)
      assembler.word(0xFFFF_FFFF)
      assembler.read(12, .minstret)
      assembler.csr(.csrrw, CSR.minstret.rawValue, 0)
      assembler.read(13, .minstret)
      assembler.li(14, 0xFFFF_FFFF)
      assembler.csr(.csrrw, CSR.mcycle.rawValue, 14)
      assembler.emit(.addi)
      assembler.read(14, .mcycle)
      assembler.read(15, .mcycleh)
      assembler.end()
    }
    #expect(rig.run())
    #expect(rig.hart[x: 11] - rig.hart[x: 10] == 1)
    // The handler's 16 instructions and the reading one; the trapped one did not retire.
    #expect(rig.hart[x: 12] - rig.hart[x: 11] == 17)
    #expect(rig.hart[x: 13] == 0 && rig.hart[x: 14] == 0 && rig.hart[x: 15] == 1)
  }

  @Test func inhibitedCountersStandStill() throws {
    let rig = try Rig { assembler in
      assembler.csr(.csrrwi, CSR.mcountinhibit.rawValue, 5)
      assembler.csr(.csrrwi, CSR.minstret.rawValue, 9)
      assembler.read(10, .mcycle)
      for _ in 0..<5 { assembler.emit(.addi) }
      assembler.read(11, .mcycle)
      assembler.read(12, .minstret)
      assembler.csr(.csrrwi, CSR.mcountinhibit.rawValue, 1)
      assembler.emit(.addi)
      assembler.read(13, .minstret)
      assembler.read(14, .mcycle)
      assembler.end()
    }
    #expect(rig.run())
    #expect(rig.hart[x: 10] == rig.hart[x: 11] && rig.hart[x: 11] == rig.hart[x: 14])
    #expect(rig.hart[x: 12] == 9)
    #expect((10...11).contains(rig.hart[x: 13] as UInt32))
  }

  // MARK: Cache blocks and floating point

  @Test(arguments: [0, 1, 31, 63] as [UInt32])
  func zeroingClearsOneAlignedBlock(offset: UInt32) throws {
    let block = Rig.base + 0x5040
    let rig = try Rig { assembler in
      assembler.li(8, block + offset)
      assembler.emit(.cboZero, rs1: 8)
      assembler.end()
    }
    rig.write([UInt8](repeating: 0xEE, count: 192), at: block - 64)
    #expect(rig.run())
    let expected = [UInt8](repeating: 0xEE, count: 64) + [UInt8](repeating: 0, count: 64)
    #expect(rig.ram.read(at: block - 64, count: 192) == expected + [UInt8](repeating: 0xEE, count: 64))
  }

  @Test func floatingPointNeedsItsState() throws {
    let rig = try Rig { assembler in
      assembler.emit(.fmvWX, rd: 1, rs1: 8)
      assembler.csr(.csrrs, rd: 9, CSR.fcsr.rawValue, 0)
      assembler.emit(.flw, rd: 1, rs1: 0)
      assembler.write(.mstatus, 0x2000)
      assembler.read(10, .mstatus)
      assembler.emit(.fmvXW, rd: 9, rs1: 1)
      assembler.read(11, .mstatus)
      assembler.emit(.fmvWX, rd: 1, rs1: 8)
      assembler.read(12, .mstatus)
      assembler.write(.mstatus, 0x4000)
      assembler.read(13, .mstatus)
      assembler.csr(.csrrwi, CSR.frm.rawValue, 1)
      assembler.read(14, .mstatus)
      assembler.write(.mstatus, 0)
      assembler.emit(.faddS, rd: 1, rs1: 1, rs2: 1)
      assembler.end()
    }
    #expect(rig.run())
    #expect(stride(from: 0, to: rig.bell.log.count, by: 3).map { rig.bell.log[$0] } == [2, 2, 2, 2])
    #expect((10...14).map { rig.hart[x: $0] } == [0x2000, 0x2000, 0x8000_6000, 0x4000, 0x8000_6000])
  }

  // MARK: Without compressed instructions

  @Test func misalignedTargetsTrapAtTheJumpWithoutC() throws {
    var expected: [UInt32] = []
    let rig = try Rig(isa: ISAConfiguration([.m, .a])) { assembler in
      for (opcode, target) in [(Opcode.jal, 6), (.beq, 6), (.jalr, 2)] as [(Opcode, Int32)] {
        if opcode == .jalr { assembler.li(8, Rig.base) }
        let address = opcode == .jalr ? Rig.base : assembler.here
        expected += [0, assembler.here, address &+ UInt32(bitPattern: target)]
        assembler.emit(opcode, rd: opcode == .beq ? 0 : 10, rs1: opcode == .jalr ? 8 : 0, target)
      }
      assembler.end()
    }
    #expect(rig.run())
    #expect(rig.bell.log == expected)
    #expect(rig.hart[x: 10] == 0)
  }

  @Test func aProgramCounterIsAlwaysAligned() throws {
    let (with, without) = (try Rig(), try Rig(isa: ISAConfiguration([.m])))
    for rig in [with, without] { rig.hart.pc = 0x8000_0007 }
    #expect(with.hart.pc == 0x8000_0006 && without.hart.pc == 0x8000_0004)
  }
}
