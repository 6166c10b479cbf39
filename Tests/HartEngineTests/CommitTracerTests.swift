import ConformanceKit
import HartEngine
import ISA
import Testing

/// The lines of docs/TRACE.md, one kind of instruction each.
@Suite struct CommitTracerTests {
  private func lines(_ count: Int, _ program: (inout Assembler) -> Void) throws -> [String] {
    let rig = try Rig(program: program)
    var tracer = CommitTracer()
    var lines: [String] = []
    while lines.count < count {
      guard let line = tracer.step(rig.hart).line else { continue }
      // Without what is the same in all, and without the setting of `mtvec`.
      lines.append(String(decoding: line.dropFirst(12), as: UTF8.self))
    }
    return Array(lines.dropFirst(2))
  }

  @Test func registersAndMemory() throws {
    let lines = try lines(8) { assembler in
      assembler.emit(.lui, rd: 5, Int32(bitPattern: 0x8000_8000))
      assembler.emit(.addi, rd: 10, -1)
      assembler.emit(.sh, rs1: 5, rs2: 10, 1)
      assembler.emit(.lw, rd: 6, rs1: 5)
      assembler.emit(.amoaddW, rd: 0, rs1: 5, rs2: 10)
      assembler.half(0x0001)
    }
    #expect(
      lines == [
        "0x80000008 (0x800082b7) x5  0x80008000", "0x8000000c (0xfff00513) x10 0xffffffff",
        "0x80000010 (0x00a290a3) mem 0x80008001 0xffff", "0x80000014 (0x0002a303) x6  0x00ffff00 mem 0x80008000",
        "0x80000018 (0x00a2a02f) mem 0x80008000 mem 0x80008000 0x00fffeff", "0x8000001c (0x0001)",
      ])
  }

  @Test func floatingPointState() throws {
    let lines = try lines(10) { assembler in
      assembler.write(.mstatus, 0x2000)
      assembler.emit(.addi, rd: 5, 3)
      assembler.emit(.fcvtSW, rd: 1, rs1: 5)
      assembler.emit(.fcvtSW, rd: 2)
      assembler.emit(.fdivS, rd: 0, rs1: 1, rs2: 2)
      assembler.emit(.fdivS, rd: 0, rs1: 1, rs2: 2)
      assembler.csr(.csrrw, CSR.fcsr.rawValue, 0)
    }
    #expect(
      lines.suffix(5) == [
        "0x80000014 (0xd00280d3) f1  0xffffffff40400000 c768_mstatus 0x80006000",
        "0x80000018 (0xd0000153) f2  0xffffffff00000000",
        "0x8000001c (0x18208053) f0  0xffffffff7f800000 c1_fflags 0x00000008",
        "0x80000020 (0x18208053) f0  0xffffffff7f800000 c1_fflags 0x00000008",
        "0x80000024 (0x00301073) c1_fflags 0x00000000 c2_frm 0x00000000",
      ])
  }

  /// An interrupt that a return makes deliverable is taken after the line of the return, not within it.
  @Test func returnShowsItsOwnEffect() throws {
    let lines = try lines(16) { assembler in
      let target = assembler.label()
      assembler.write(.mip, 2)
      assembler.write(.mie, 2)
      assembler.write(.mstatus, 0x1880)
      assembler.write(.mepc, addressOf: target)
      assembler.emit(.mret)
      assembler.bind(target)
      assembler.spin()
    }
    #expect(lines.contains { $0.contains("(0x30200073) c768_mstatus 0x00000088 c784_mstatush 0x00000000") })
  }
}
