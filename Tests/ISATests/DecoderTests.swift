import ISA
import Testing

struct DecoderTests {
  let complete = Decoder(configuration: .complete)

  @Test func rowsAreDisjoint() {
    let rows = Opcode.allCases.compactMap { opcode in opcode.encoding.map { (opcode, $0) } }
    for (index, (one, a)) in rows.enumerated() {
      #expect(a.match & ~a.mask == 0, "\(one) matches operand bits")
      for (other, b) in rows[(index + 1)...] where (a.match ^ b.match) & a.mask & b.mask == 0 {
        // Both rows match some word. That is allowed only where the later row says so, and matches less.
        #expect(b.refined == one && b.mask & a.mask == a.mask && b.mask != a.mask, "\(one) and \(other) overlap")
      }
    }
  }

  @Test func namesAreUnique() {
    let names = Opcode.allCases.compactMap(\.encoding?.name)
    #expect(Set(names).count == names.count)
    #expect(names.count == Opcode.allCases.count - 1)
  }

  @Test func everyRowDecodesBack() {
    var numbers = Numbers(seed: 3)
    let special = Opcode.allCases.compactMap { opcode in opcode.encoding.flatMap { $0.refined != nil ? $0.match : nil }
    }
    for opcode in Opcode.allCases {
      guard let encoding = opcode.encoding else { continue }
      for operands in [0, .max] + (0..<500).map({ _ in UInt32.random(in: .min ... .max, using: &numbers) }) {
        let word = encoding.match | operands & ~encoding.mask
        guard encoding.refined != nil || !special.contains(word) else { continue }
        let decoded = complete.decode(word)
        #expect(decoded.opcode == opcode && decoded.length == 4)
      }
    }
  }

  /// Leaving out one extension makes exactly its own instructions illegal, and those of what needs it.
  @Test(arguments: Extension.allCases.filter { ![.i, .zicsr].contains($0) }) func leavesOut(_ absent: Extension) {
    let configuration = ISAConfiguration(
      Extension.allCases.filter { ISAConfiguration([$0]).has(absent) == false })
    let decoder = Decoder(configuration: configuration)
    #expect(!configuration.has(absent))
    for opcode in Opcode.allCases {
      guard let encoding = opcode.encoding else { continue }
      let decoded = decoder.decode(encoding.match)
      if configuration.has(encoding.requires) {
        #expect(decoded == complete.decode(encoding.match))
      } else if let refined = encoding.refined {
        #expect(decoded.opcode == refined)
      } else {
        #expect(decoded == Instruction(.illegal, immediate: Int32(bitPattern: encoding.match)))
      }
    }
  }

  @Test(
    arguments: [
      (0xFFFF_F537, Instruction(.lui, rd: 10, immediate: -4096)),
      (0xFFF5_0593, Instruction(.addi, rd: 11, rs1: 10, immediate: -1)),
      (0x41F5_5593, Instruction(.srai, rd: 11, rs1: 10, immediate: 31)),
      (0xFEA5_AE23, Instruction(.sw, rs1: 11, rs2: 10, immediate: -4)),
      (0x8000_0063, Instruction(.beq, immediate: -4096)),
      (0x7E00_0FE3, Instruction(.beq, immediate: 4094)),
      (0x8000_00EF, Instruction(.jal, rd: 1, immediate: -0x10_0000)),
      (0x7FFF_F06F, Instruction(.jal, immediate: 0xF_FFFE)),
      (0xC010_2573, Instruction(.csrrs, rd: 10, immediate: 0xC01)),
      (0x300F_F073, Instruction(.csrrci, rs1: 31, immediate: 0x300)),
      (0x1605_252F, Instruction(.lrW, rd: 10, rs1: 10, function: 3)),
      (0x1CB5_252F, Instruction(.scW, rd: 10, rs1: 10, rs2: 11, function: 2)),
      (0x6AD6_7543, Instruction(.fmaddD, rd: 10, rs1: 12, rs2: 13, rs3: 13, function: 7)),
      (0x0085_3007, Instruction(.fld, rs1: 10, immediate: 8)),
      (0x12B5_0073, Instruction(.sfenceVMA, rs1: 10, rs2: 11)),
      (0x0045_200F, Instruction(.cboZero, rs1: 10)),
    ] as [(UInt32, Instruction)]) func takesOperands(_ bits: UInt32, _ expected: Instruction)
  {
    #expect(complete.decode(bits) == expected)
  }

  /// Encodings that look like neighbours of legal ones but are reserved in RV32, or belong to nothing we have.
  @Test(
    arguments: [
      0x0205_1513,  // slli with shamt[5]
      0x0205_5513,  // srli with shamt[5]
      0x4205_5513,  // srai with shamt[5]
      0x6205_5513,  // rori with shamt[5]
      0x1015_252F,  // lr.w with rs2
      0x0005_3503,  // ld
      0x0005_303B,  // OP-32
      0x3020_0173,  // mret with rd
      0x1200_0173,  // sfence.vma with rd
      0x0055_200F,  // cbo with an unknown operation
      0x0815_4533,  // pack that is not zext.h
      0x4035_7553,  // fcvt.s.q
      0xFFFF_FFFF,
    ] as [UInt32]) func isIllegal(_ bits: UInt32)
  {
    #expect(complete.decode(bits) == Instruction(.illegal, immediate: Int32(bitPattern: bits)))
  }

  @Test func fencesWithReservedFieldsAreFences() {
    for bits in [0xF330_000F, 0x0330_8F8F, 0x8330_008F, 0x0100_0F8F, 0x9330_000F] as [UInt32] {
      #expect(complete.decode(bits).opcode == .fence)
    }
    #expect(complete.decode(0xFFF0_9F8F).opcode == .fenceI)
  }

  @Test func reservedRoundingModesAreLeftToExecution() {
    #expect(complete.decode(0x00B5_5553) == Instruction(.faddS, rd: 10, rs1: 10, rs2: 11, function: 5))
  }
}
