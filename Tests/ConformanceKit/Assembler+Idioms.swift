import ISA

// What programs written by hand need over and over. Constants and addresses go through x30 and x31.
extension Assembler {
  public mutating func store(_ value: UInt32, to address: UInt32, _ opcode: Opcode = .sw) {
    li(30, value)
    li(31, address)
    emit(opcode, rs1: 31, rs2: 30)
  }

  public mutating func store(register: UInt8, to address: UInt32) {
    li(31, address)
    emit(.sw, rs1: 31, rs2: register)
  }

  public mutating func load(_ register: UInt8, from address: UInt32, _ opcode: Opcode = .lw) {
    li(31, address)
    emit(opcode, rd: register, rs1: 31)
  }

  public mutating func write(_ number: CSR, _ value: UInt32) {
    li(30, value)
    csr(.csrrw, number.rawValue, 30)
  }

  public mutating func write(_ number: CSR, addressOf label: Label) {
    address(rd: 30, of: label)
    csr(.csrrw, number.rawValue, 30)
  }

  public mutating func read(_ register: UInt8, _ number: CSR) { csr(.csrrs, rd: register, number.rawValue, 0) }

  /// A jump to itself.
  public mutating func spin() { emit(.jal) }
}
