import Boards
import HartEngine
import ISA
import Peripherals
import SystemBus

/// What of a machine's state has a name, to say what differs between two.
public struct MachinePicture: Sendable {
  public struct Value: Equatable, Sendable {
    public var name: String
    public var value: UInt64
    /// Hexadecimal digits.
    public var digits: Int
  }

  public private(set) var values: [Value] = []

  public init(_ machine: VirtMachine) {
    for hart in machine.harts {
      var encoder = StateEncoder()
      hart.save(to: &encoder)
      var decoder = StateDecoder(encoder.bytes)
      let prefix = machine.harts.count > 1 ? "hart \(hart.id) " : ""
      if (try? decode(hart: hart.id, &decoder, prefix)) == nil { add(prefix + "state", digest(encoder.bytes), 16) }
      add(prefix + "mip", UInt64(hart.value(of: .mip) ?? 0), 8)
      add(prefix + "mcycle", UInt64(hart.value(of: .mcycle) ?? 0), 8)
      add(prefix + "minstret", UInt64(hart.value(of: .minstret) ?? 0), 8)
    }
    for mapping in machine.bus.devices {
      var encoder = StateEncoder()
      mapping.device.save(to: &encoder)
      add("state of " + mapping.device.name, digest(encoder.bytes), 16)
    }
    add("time", machine.now, 8)
    add("trace hash", machine.traceHash?.value ?? 0, 16)
    add("trace events", machine.traceHash?.events ?? 0, 8)
    add("executed", machine.executed, 8)
    add("ended", machine.end == nil ? 0 : 1, 1)
    add("state but for RAM", digest(machine.encodedWithoutRAM()), 16)
  }

  private mutating func add(_ name: String, _ value: UInt64, _ digits: Int) {
    values.append(Value(name: name, value: value, digits: digits))
  }

  private func digest(_ bytes: [UInt8]) -> UInt64 { TraceHash.digest(of: bytes) }

  /// In the order in which they are saved.
  private static let controlRegisters: [CSR] = [
    .mstatus, .medeleg, .mideleg, .mie, .mip, .mtvec, .mscratch, .mepc, .mcause, .mtval, .mcounteren, .mcountinhibit,
    .menvcfg, .menvcfgh, .stvec, .sscratch, .sepc, .scause, .stval, .scounteren, .senvcfg, .satp,
  ]

  private mutating func decode(hart: UInt32, _ decoder: inout StateDecoder, _ prefix: String) throws {
    try decoder.section("hart\(hart)", newest: 1)
    _ = try decoder.decodeBytes()
    for (index, value) in try decoder.decodeArray(of: UInt32.self, count: 31).enumerated() {
      let number = UInt8(index + 1)
      add("\(prefix)x\(number) (\(Register.integer(number)))", UInt64(value), 8)
    }
    for (index, value) in try decoder.decodeArray(of: UInt64.self, count: 32).enumerated() {
      add("\(prefix)f\(index) (\(Register.float(UInt8(index))))", value, 16)
    }
    add(prefix + "pc", UInt64(try decoder.decode(UInt32.self)), 8)
    add(prefix + "fflags", UInt64(try decoder.decode(UInt8.self)), 2)
    add(prefix + "frm", UInt64(try decoder.decode(UInt8.self)), 1)
    add(prefix + "reservation", try decoder.decode(UInt64.self), 16)
    add(prefix + "mode", UInt64(try decoder.decode(UInt8.self)), 1)
    for register in Self.controlRegisters {
      let name = register == .mip ? "mip set by software" : "\(register)"
      add(prefix + name, UInt64(try decoder.decode(UInt32.self)), 8)
    }
    add(prefix + "stimecmp", try decoder.decode(UInt64.self), 16)
    add(prefix + "offset of mcycle", try decoder.decode(UInt64.self), 16)
    add(prefix + "offset of minstret", try decoder.decode(UInt64.self), 16)
    for (index, value) in try decoder.decodeArray(of: UInt8.self, atMost: 64).enumerated() {
      add("\(prefix)pmpcfg of entry \(index)", UInt64(value), 2)
    }
    for (index, value) in try decoder.decodeArray(of: UInt32.self, atMost: 64).enumerated() {
      add("\(prefix)pmpaddr\(index)", UInt64(value), 8)
    }
    add(prefix + "offset of mtime", try decoder.decode(UInt64.self), 16)
    add(prefix + "waiting", try decoder.decode(Bool.self) ? 1 : 0, 1)
    for name in ["retired", "traps", "interrupts", "waits", "retired at last trap"] {
      add(prefix + name, try decoder.decode(UInt64.self), 8)
    }
    add(prefix + "traps without progress", UInt64(try decoder.decode(UInt32.self)), 8)
  }
}
