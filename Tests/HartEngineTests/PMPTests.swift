import ConformanceKit
import HartEngine
import ISA
import Testing

/// What the comparison with Spike has found about PMP and the registers next to it.
@Suite struct PMPTests {
  /// A locked TOR entry whose top lies below its base matches nothing, not even an access around its base.
  @Test func emptyRangeInsideAnAccessMatchesNothing() throws {
    let middle = Rig.base + 0x8004
    let rig = try Rig { assembler in
      assembler.write(.mstatus, 0x6000)
      assembler.write(.pmpaddr(0), middle >> 2)
      assembler.write(.pmpaddr(1), Rig.base >> 2)
      assembler.write(.pmpcfg(0), 0x8800)
      assembler.li(5, Rig.base + 0x8000)
      assembler.emit(.fld, rd: 1, rs1: 5)
      assembler.emit(.fsd, rs1: 5, rs2: 1)
      assembler.emit(.ecall)
    }
    #expect(rig.run())
    #expect(rig.bell.log == [])
  }

  /// An address register is locked with its own entry, and with a TOR entry above it.
  @Test func lockedAddressesStay() throws {
    let rig = try Rig { assembler in
      for index in UInt8(0)..<3 { assembler.write(.pmpaddr(index), 0x1000 + UInt32(index)) }
      // Entry 1: TOR, locked, with all permissions.
      assembler.write(.pmpcfg(0), 0x8F00)
      for index in UInt8(0)..<3 { assembler.write(.pmpaddr(index), 0x2000) }
      for index in UInt8(0)..<3 { assembler.read(5 + index, .pmpaddr(index)) }
      assembler.emit(.ecall)
    }
    #expect(rig.run())
    #expect((5...7).map { rig.hart[x: $0] } == [0x1000, 0x1001, 0x2000])
  }

  /// CBIE has no meaning for 2, so that it never reads as 2 (CMO specification, "Control and Status Register State").
  @Test(arguments: [CSR.menvcfg, .senvcfg]) func reservedCacheBlockFieldIsNotKept(_ number: CSR) throws {
    let rig = try Rig { assembler in
      assembler.write(number, 0xF1)
      assembler.write(number, 0xE1)
      assembler.read(5, number)
      assembler.emit(.ecall)
    }
    #expect(rig.run())
    #expect(rig.hart[x: 5] == 0xC1)
  }
}
