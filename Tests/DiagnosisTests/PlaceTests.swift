import Boards
import ConformanceKit
import Diagnosis
import GuestImage
import HartEngine
import ISA
import RegisterMaps
import Testing

@Suite struct PlaceTests {
  // MARK: Symbols

  @Test func namesKernelFirmwareAndROM() throws {
    let symbols = try Patient("nest.elf").symbols
    let trap = try #require(symbols.address(of: "kernel_trap"))
    #expect(symbols.place(trap + 4) == "0x\(String(trap + 4, radix: 16)) <kernel_trap+0x4>")
    #expect(symbols.describe(MemoryMap.ramBase + 0x100) == "the SBI firmware" && symbols.isFirmware(MemoryMap.ramBase))
    #expect(symbols.describe(MemoryMap.bootROM.base) == "the boot ROM")
    #expect(symbols.describe(0x4000_0000) == nil && symbols.place(0x4000_0000) == "0x40000000")
    #expect(!symbols.isFirmware(trap))
    #expect(symbols.address(of: "no such thing") == nil)
  }

  @Test func withoutFirmwareRAMHasNoName() throws {
    #expect(try Patient("nest.elf", firmware: "none").symbols.describe(MemoryMap.ramBase) == nil)
  }

  @Test func writesSwiftsNamesAsPeopleDo() throws {
    let patient = try Patient("nest.elf")
    let allocate = try #require(patient.symbols.address(of: "$e4Nest13PageAllocatorO8allocates6UInt32VSgyFZ"))
    #expect(patient.symbols.describe(allocate) == "Nest.PageAllocator.allocate")
  }

  // MARK: Backtraces

  /// A function that keeps its frame, calls `callee`, and is entered at `label`.
  private func function(
    _ label: Assembler.Label, in assembler: inout Assembler, calling callee: Assembler.Label?
  ) {
    assembler.bind(label)
    assembler.emit(.addi, rd: 2, rs1: 2, -16)
    assembler.emit(.sw, rs1: 2, rs2: 1, 12)
    assembler.emit(.sw, rs1: 2, rs2: 8, 8)
    assembler.emit(.addi, rd: 8, rs1: 2, 16)
    if let callee { assembler.jump(rd: 1, to: callee) } else { assembler.spin() }
  }

  @Test func followsFramePointers() throws {
    var calls: [UInt32] = []
    let patient = try Patient { assembler in
      let (outer, inner) = (assembler.label(), assembler.label())
      assembler.li(2, MemoryMap.ramBase + 0x8000)
      assembler.jump(rd: 1, to: outer)
      calls.append(assembler.here)
      self.function(outer, in: &assembler, calling: inner)
      calls.append(assembler.here)
      self.function(inner, in: &assembler, calling: nil)
    }
    patient.run(milliseconds: 1)
    let hart = patient.machine.harts[0]
    let trace = Backtrace(hart, symbols: patient.symbols)
    #expect(trace.hasFramePointers)
    #expect(trace.frames.map(\.address) == [hart.pc, calls[1], calls[0]])
    #expect(trace.frames.map(\.source) == [.pc, .framePointer, .framePointer])
  }

  @Test func aChainThatLeadsBackToItselfEnds() throws {
    let patient = try Patient { assembler in
      assembler.li(2, MemoryMap.ramBase + 0x8000)
      assembler.emit(.addi, rd: 8, rs1: 2)
      assembler.emit(.sw, rs1: 8, rs2: 8, -8)
      assembler.li(5, MemoryMap.ramBase)
      assembler.emit(.sw, rs1: 8, rs2: 5, -4)
      assembler.spin()
    }
    patient.run(milliseconds: 1)
    #expect(Backtrace(patient.machine.harts[0], symbols: patient.symbols).frames.count == 2)
  }

  @Test(arguments: [0, 4, 7, MemoryMap.uart.base + 8, MemoryMap.ramBase + 4, .max] as [UInt32])
  func anyFramePointerIsSafe(pointer: UInt32) throws {
    let patient = try Patient { assembler in
      assembler.li(8, pointer)
      assembler.spin()
    }
    patient.run(milliseconds: 1)
    let trace = Backtrace(patient.machine.harts[0], symbols: patient.symbols)
    #expect(trace.frames.first?.address == patient.machine.harts[0].pc)
    #expect(trace.lines(patient.symbols).count >= 1)
  }

  @Test func saysWhenThereIsNoMoreToTell() throws {
    let patient = try Patient("nest.elf")
    patient.run(milliseconds: 200)
    let lines = Backtrace(patient.machine.harts[0], symbols: patient.symbols).lines(patient.symbols)
    #expect(lines.first?.hasPrefix("#0 0x804") == true)
    #expect(lines.last == "(no frame pointers: only pc and ra are known)")
  }
}
