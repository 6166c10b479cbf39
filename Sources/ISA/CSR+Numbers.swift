// The registers of the M, S and U levels of RV32, by the names and numbers of the privileged specification, chapter
// "Control and Status Registers (CSRs)", and of the debug specification.
extension CSR {
  // User level
  @inlinable public static var fflags: CSR { CSR(rawValue: 0x001) }
  @inlinable public static var frm: CSR { CSR(rawValue: 0x002) }
  @inlinable public static var fcsr: CSR { CSR(rawValue: 0x003) }
  @inlinable public static var cycle: CSR { CSR(rawValue: 0xC00) }
  @inlinable public static var time: CSR { CSR(rawValue: 0xC01) }
  @inlinable public static var instret: CSR { CSR(rawValue: 0xC02) }
  @inlinable public static var cycleh: CSR { CSR(rawValue: 0xC80) }
  @inlinable public static var timeh: CSR { CSR(rawValue: 0xC81) }
  @inlinable public static var instreth: CSR { CSR(rawValue: 0xC82) }

  // Supervisor level
  @inlinable public static var sstatus: CSR { CSR(rawValue: 0x100) }
  @inlinable public static var sie: CSR { CSR(rawValue: 0x104) }
  @inlinable public static var stvec: CSR { CSR(rawValue: 0x105) }
  @inlinable public static var scounteren: CSR { CSR(rawValue: 0x106) }
  @inlinable public static var senvcfg: CSR { CSR(rawValue: 0x10A) }
  @inlinable public static var sscratch: CSR { CSR(rawValue: 0x140) }
  @inlinable public static var sepc: CSR { CSR(rawValue: 0x141) }
  @inlinable public static var scause: CSR { CSR(rawValue: 0x142) }
  @inlinable public static var stval: CSR { CSR(rawValue: 0x143) }
  @inlinable public static var sip: CSR { CSR(rawValue: 0x144) }
  @inlinable public static var stimecmp: CSR { CSR(rawValue: 0x14D) }
  @inlinable public static var stimecmph: CSR { CSR(rawValue: 0x15D) }
  @inlinable public static var satp: CSR { CSR(rawValue: 0x180) }
  @inlinable public static var scontext: CSR { CSR(rawValue: 0x5A8) }
  @inlinable public static var scountovf: CSR { CSR(rawValue: 0xDA0) }

  // Machine level
  @inlinable public static var mvendorid: CSR { CSR(rawValue: 0xF11) }
  @inlinable public static var marchid: CSR { CSR(rawValue: 0xF12) }
  @inlinable public static var mimpid: CSR { CSR(rawValue: 0xF13) }
  @inlinable public static var mhartid: CSR { CSR(rawValue: 0xF14) }
  @inlinable public static var mconfigptr: CSR { CSR(rawValue: 0xF15) }
  @inlinable public static var mstatus: CSR { CSR(rawValue: 0x300) }
  @inlinable public static var misa: CSR { CSR(rawValue: 0x301) }
  @inlinable public static var medeleg: CSR { CSR(rawValue: 0x302) }
  @inlinable public static var mideleg: CSR { CSR(rawValue: 0x303) }
  @inlinable public static var mie: CSR { CSR(rawValue: 0x304) }
  @inlinable public static var mtvec: CSR { CSR(rawValue: 0x305) }
  @inlinable public static var mcounteren: CSR { CSR(rawValue: 0x306) }
  @inlinable public static var menvcfg: CSR { CSR(rawValue: 0x30A) }
  @inlinable public static var mstatush: CSR { CSR(rawValue: 0x310) }
  @inlinable public static var medelegh: CSR { CSR(rawValue: 0x312) }
  @inlinable public static var menvcfgh: CSR { CSR(rawValue: 0x31A) }
  @inlinable public static var mcountinhibit: CSR { CSR(rawValue: 0x320) }
  @inlinable public static var mscratch: CSR { CSR(rawValue: 0x340) }
  @inlinable public static var mepc: CSR { CSR(rawValue: 0x341) }
  @inlinable public static var mcause: CSR { CSR(rawValue: 0x342) }
  @inlinable public static var mtval: CSR { CSR(rawValue: 0x343) }
  @inlinable public static var mip: CSR { CSR(rawValue: 0x344) }
  @inlinable public static var mseccfg: CSR { CSR(rawValue: 0x747) }
  @inlinable public static var mseccfgh: CSR { CSR(rawValue: 0x757) }
  @inlinable public static var mcycle: CSR { CSR(rawValue: 0xB00) }
  @inlinable public static var minstret: CSR { CSR(rawValue: 0xB02) }
  @inlinable public static var mcycleh: CSR { CSR(rawValue: 0xB80) }
  @inlinable public static var minstreth: CSR { CSR(rawValue: 0xB82) }

  // Debug and trace
  @inlinable public static var tselect: CSR { CSR(rawValue: 0x7A0) }
  @inlinable public static var tdata1: CSR { CSR(rawValue: 0x7A1) }
  @inlinable public static var tdata2: CSR { CSR(rawValue: 0x7A2) }
  @inlinable public static var tdata3: CSR { CSR(rawValue: 0x7A3) }
  @inlinable public static var tinfo: CSR { CSR(rawValue: 0x7A4) }
  @inlinable public static var tcontrol: CSR { CSR(rawValue: 0x7A5) }
  @inlinable public static var mcontext: CSR { CSR(rawValue: 0x7A8) }
  @inlinable public static var dcsr: CSR { CSR(rawValue: 0x7B0) }
  @inlinable public static var dpc: CSR { CSR(rawValue: 0x7B1) }
  @inlinable public static var dscratch0: CSR { CSR(rawValue: 0x7B2) }
  @inlinable public static var dscratch1: CSR { CSR(rawValue: 0x7B3) }

  // Numbered registers; the first number of each is that of index 0 even where the first index is 3.
  /// `index` is 3…31.
  @inlinable public static func hpmcounter(_ index: UInt8) -> CSR { numbered(0xC00, index) }
  /// `index` is 3…31.
  @inlinable public static func hpmcounterh(_ index: UInt8) -> CSR { numbered(0xC80, index) }
  /// `index` is 3…31.
  @inlinable public static func mhpmcounter(_ index: UInt8) -> CSR { numbered(0xB00, index) }
  /// `index` is 3…31.
  @inlinable public static func mhpmcounterh(_ index: UInt8) -> CSR { numbered(0xB80, index) }
  /// `index` is 3…31.
  @inlinable public static func mhpmevent(_ index: UInt8) -> CSR { numbered(0x320, index) }
  /// `index` is 3…31.
  @inlinable public static func mhpmeventh(_ index: UInt8) -> CSR { numbered(0x720, index) }
  /// `index` is 0…15.
  @inlinable public static func pmpcfg(_ index: UInt8) -> CSR { numbered(0x3A0, index) }
  /// `index` is 0…63.
  @inlinable public static func pmpaddr(_ index: UInt8) -> CSR { numbered(0x3B0, index) }

  @inlinable static func numbered(_ zeroth: UInt16, _ index: UInt8) -> CSR {
    CSR(rawValue: zeroth &+ UInt16(index))
  }
}
