extension CSR: CustomStringConvertible {
  /// The name in the specifications, if the register is one of the M, S or U level, of F, or of the debugger.
  public var name: String? {
    if let row = Self.single.first(where: { $0.csr == self }) { return row.name }
    for row in Self.families where rawValue >= row.first.rawValue && rawValue - row.first.rawValue < row.count {
      return row.prefix + String(row.index + (rawValue - row.first.rawValue)) + row.suffix
    }
    return nil
  }

  /// The register of that name, such as `mstatus` or `pmpaddr12`; nil when there is none.
  public init?(name: String) {
    guard let found = Self.named.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// Every register that has a name, by number.
  public static let named: [CSR] = {
    let numbered = families.flatMap { row in (0..<row.count).map { CSR(rawValue: row.first.rawValue + $0) } }
    return (single.map(\.csr) + numbered).sorted { $0.rawValue < $1.rawValue }
  }()

  /// The name, or the number in hexadecimal.
  public var description: String { name ?? "0x" + String(rawValue, radix: 16) }

  private static let single: [(csr: CSR, name: String)] = [
    (.fflags, "fflags"), (.frm, "frm"), (.fcsr, "fcsr"), (.cycle, "cycle"), (.time, "time"), (.instret, "instret"),
    (.cycleh, "cycleh"), (.timeh, "timeh"), (.instreth, "instreth"),
    (.sstatus, "sstatus"), (.sie, "sie"), (.stvec, "stvec"), (.scounteren, "scounteren"), (.senvcfg, "senvcfg"),
    (.sscratch, "sscratch"), (.sepc, "sepc"), (.scause, "scause"), (.stval, "stval"), (.sip, "sip"),
    (.stimecmp, "stimecmp"), (.stimecmph, "stimecmph"), (.satp, "satp"), (.scontext, "scontext"),
    (.scountovf, "scountovf"),
    (.mvendorid, "mvendorid"), (.marchid, "marchid"), (.mimpid, "mimpid"), (.mhartid, "mhartid"),
    (.mconfigptr, "mconfigptr"), (.mstatus, "mstatus"), (.misa, "misa"), (.medeleg, "medeleg"), (.mideleg, "mideleg"),
    (.mie, "mie"), (.mtvec, "mtvec"), (.mcounteren, "mcounteren"), (.menvcfg, "menvcfg"), (.mstatush, "mstatush"),
    (.medelegh, "medelegh"), (.menvcfgh, "menvcfgh"), (.mcountinhibit, "mcountinhibit"), (.mscratch, "mscratch"),
    (.mepc, "mepc"), (.mcause, "mcause"), (.mtval, "mtval"), (.mip, "mip"), (.mseccfg, "mseccfg"),
    (.mseccfgh, "mseccfgh"), (.mcycle, "mcycle"), (.minstret, "minstret"), (.mcycleh, "mcycleh"),
    (.minstreth, "minstreth"),
    (.tselect, "tselect"), (.tdata1, "tdata1"), (.tdata2, "tdata2"), (.tdata3, "tdata3"), (.tinfo, "tinfo"),
    (.tcontrol, "tcontrol"), (.mcontext, "mcontext"), (.dcsr, "dcsr"), (.dpc, "dpc"), (.dscratch0, "dscratch0"),
    (.dscratch1, "dscratch1"),
  ]

  private static let families: [(first: CSR, count: UInt16, index: UInt16, prefix: String, suffix: String)] = [
    (.hpmcounter(3), 29, 3, "hpmcounter", ""),
    (.hpmcounterh(3), 29, 3, "hpmcounter", "h"),
    (.mhpmcounter(3), 29, 3, "mhpmcounter", ""),
    (.mhpmcounterh(3), 29, 3, "mhpmcounter", "h"),
    (.mhpmevent(3), 29, 3, "mhpmevent", ""),
    (.mhpmeventh(3), 29, 3, "mhpmevent", "h"),
    (.pmpcfg(0), 16, 0, "pmpcfg", ""),
    (.pmpaddr(0), 64, 0, "pmpaddr", ""),
  ]
}
