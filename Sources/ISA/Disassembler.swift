/// Writes instructions as GNU and LLVM tools do when told to use no aliases: `addi a0, zero, 0x1`.
public struct Disassembler {
  /// Describes an address, as `main+0x10`; nil where it has no name.
  public var symbol: (UInt32) -> String?

  public init(symbol: @escaping (UInt32) -> String? = { _ in nil }) { self.symbol = symbol }

  /// The text of `i` as decoded from `bits` at address `pc`: mnemonic, a space, operands. Compressed forms are written as
  /// such, targets of jumps as absolute addresses with their symbol, what is illegal as `.insn`.
  public func text(_ i: Instruction, bits: UInt32, at pc: UInt32) -> String {
    guard let encoding = i.opcode.encoding else {
      return i.length == 2 ? ".insn 2, \(hex(bits & 0xFFFF))" : ".insn 4, \(hex(bits))"
    }
    let (name, operands) = i.length == 2 ? compressed(i, bits, pc) : full(i, encoding, pc)
    return operands.isEmpty ? name : name + " " + operands.joined(separator: ", ")
  }

  private func full(_ i: Instruction, _ encoding: Encoding, _ pc: UInt32) -> (String, [String]) {
    let name = encoding.name
    let (rd, rs1, rs2) = (Register.integer(i.rd), Register.integer(i.rs1), Register.integer(i.rs2))
    let (fd, fs1, fs2) = (Register.float(i.rd), Register.float(i.rs1), Register.float(i.rs2))
    let rounding = Self.roundingModes[Int(i.function & 7)]
    let ordering = Self.orderings[Int(i.function & 3)]
    switch encoding.format {
    // `pause` is written as the fence it is a hint in.
    case .none: return i.opcode == .pause ? ("fence", ["w", "0"]) : (name, [])
    case .fenceInstructions: return (name, [])
    case .upper: return (name, [rd, upper(i)])
    case .jump: return (name, [rd, target(i, pc)])
    case .branch: return (name, [rs1, rs2, target(i, pc)])
    case .load: return (name, [rd, place(i)])
    case .store: return (name, [rs2, place(i)])
    case .immediate, .shift: return (name, [rd, rs1, signed(i.immediate)])
    case .register: return (name, [rd, rs1, rs2])
    case .unary: return (name, [rd, rs1])
    case .fence: return (name, [fenceSet(i.immediate &>> 4), fenceSet(i.immediate)])
    case .csr: return (name, [rd, csr(i), rs1])
    case .csrImmediate: return (name, [rd, csr(i), hex(UInt32(i.rs1))])
    case .virtualFence: return (name, [rs1, rs2])
    case .cacheBlock: return (name, ["(\(rs1))"])
    case .loadReserved: return (name + ordering, [rd, "(\(rs1))"])
    case .atomic: return (name + ordering, [rd, rs2, "(\(rs1))"])
    case .floatLoad: return (name, [fd, place(i)])
    case .floatStore: return (name, [fs2, place(i)])
    case .floatFused: return (name, [fd, fs1, fs2, Register.float(i.rs3), rounding])
    case .floatRounded: return (name, [fd, fs1, fs2, rounding])
    case .floatRegister: return (name, [fd, fs1, fs2])
    case .floatCompare: return (name, [rd, fs1, fs2])
    case .floatUnaryRounded: return (name, [fd, fs1] + unlessExact(i, rounding))
    case .floatToWordRounded: return (name, [rd, fs1, rounding])
    case .floatFromWordRounded: return (name, [fd, rs1] + unlessExact(i, rounding))
    case .floatToWord: return (name, [rd, fs1])
    case .floatFromWord: return (name, [fd, rs1])
    }
  }

  /// Conversions that never round leave the usual rounding mode, 0, unsaid.
  private func unlessExact(_ i: Instruction, _ rounding: String) -> [String] {
    switch i.opcode {
    case .fcvtDS, .fcvtDW, .fcvtDWU: i.function == 0 ? [] : [rounding]
    default: [rounding]
    }
  }

  private static let roundingModes = ["rne", "rtz", "rdn", "rup", "rmm", "reserved5", "reserved6", "dyn"]
  private static let orderings = ["", ".rl", ".aq", ".aqrl"]
}

// How operands are written; compressed forms write them the same way.
extension Disassembler {
  func hex(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }

  func signed(_ value: Int32) -> String { value < 0 ? "-" + hex(value.magnitude) : hex(value.magnitude) }

  func upper(_ i: Instruction) -> String { hex(UInt32(bitPattern: i.immediate) &>> 12) }

  func place(_ i: Instruction) -> String { "\(signed(i.immediate))(\(Register.integer(i.rs1)))" }

  func target(_ i: Instruction, _ pc: UInt32) -> String {
    let address = pc &+ UInt32(bitPattern: i.immediate)
    return hex(address) + (symbol(address).map { " <\($0)>" } ?? "")
  }

  private func csr(_ i: Instruction) -> String {
    CSR(rawValue: UInt16(truncatingIfNeeded: i.immediate)).description
  }

  private func fenceSet(_ bits: Int32) -> String {
    let letters = zip("iorw", [8, 4, 2, 1] as [Int32]).filter { bits & $0.1 != 0 }.map(\.0)
    return letters.isEmpty ? "0" : String(letters)
  }
}
