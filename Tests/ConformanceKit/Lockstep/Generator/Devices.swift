import ISA

/// Accesses to devices.
extension LockstepBuilder {
  private static let read: [UInt32] = [
    0x0200_0000, 0x0200_0004, 0x0200_4000, 0x0200_4004, 0x0200_4008, 0x0200_BFF8, 0x0200_BFFC, 0x0200_8000,
    0x0C00_0028, 0x0C00_1000, 0x0C00_2000, 0x0C20_0000, 0x0C20_0004, 0x0C20_1004, 0x1000_0000, 0x1000_0001, 0x1000_0002,
    0x1000_0003, 0x1000_0005, 0x1000_0007, 0x0010_1000, 0x0010_1004, 0x1000_1000, 0x1000_8008, 0x0000_1000, 0x0000_1018,
  ]
  private static let written: [UInt32] = [
    0x1000_0000, 0x1000_0007, 0x1000_0007, 0x1000_0004, 0x0C00_0028, 0x0C00_0004, 0x0C20_0000, 0x0C20_0004, 0x0C20_1000,
    0x1000_1070, 0x0000_1000, 0x0200_8000, 0x0010_1008,
  ]
  private static let loads: [Opcode] = [.lw, .lw, .lb, .lbu, .lh, .lhu, .flw, .fld]
  private static let stores: [Opcode] = [.sw, .sw, .sb, .sh, .fsw, .fsd]

  /// A device's register; or the same instruction at memory and at a device in turn.
  mutating func emitDeviceAccess() {
    if random.chance(percent: 30) { return emitTurns() }
    let address = temporary()
    if random.chance(percent: 60) {
      code.li(address, random.pick(Self.read))
      emitAccess(random.pick(Self.loads), base: address, offset: 0)
    } else {
      code.li(address, random.pick(Self.written))
      emitAccess(random.pick(Self.stores), base: address, offset: 0)
    }
    if random.chance(percent: 10) {
      code.emit(random.pick([.lrW, .scW, .amoaddW, .amoswapW]), rd: destination(), rs1: address, rs2: source())
    }
  }

  private mutating func emitTurns() {
    holding { builder, device in
      builder.holding { builder, counter in
        let stores = builder.random.chance(percent: 40)
        builder.code.li(device, builder.random.pick(stores ? Self.written : Self.read))
        builder.code.li(counter, UInt32(2 + builder.random.below(20)))
        builder.emitTurns(device, counter, builder.random.pick(stores ? Self.stores : Self.loads))
      }
    }
  }

  private mutating func emitTurns(_ device: UInt8, _ counter: UInt8, _ opcode: Opcode) {
    let (again, memory) = (code.label(), code.label())
    let chosen = temporary()
    let turn = temporary(not: chosen)
    code.bind(again)
    code.emit(.addi, rd: chosen, rs1: random.pick([Self.pointer, Self.compressedPointer]))
    code.emit(.andi, rd: turn, rs1: counter, random.pick([1, 3, 7]))
    code.branch(.bne, turn, 0, to: memory)
    code.emit(.addi, rd: chosen, rs1: device)
    code.bind(memory)
    emitAccess(opcode, base: chosen, offset: 0)
    code.emit(.addi, rd: counter, rs1: counter, -1)
    code.branch(.bne, counter, 0, to: again)
  }
}
