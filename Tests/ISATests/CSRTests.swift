import ISA
import Testing

struct CSRTests {
  @Test(arguments: [
    (CSR.mstatus, 0x300, "mstatus"), (.pmpcfg(15), 0x3AF, "pmpcfg15"), (.pmpaddr(63), 0x3EF, "pmpaddr63"),
    (.mhpmcounter(3), 0xB03, "mhpmcounter3"), (.mhpmcounterh(31), 0xB9F, "mhpmcounter31h"),
    (.mhpmevent(3), 0x323, "mhpmevent3"), (.mhpmeventh(31), 0x73F, "mhpmevent31h"),
    (.hpmcounterh(3), 0xC83, "hpmcounter3h"), (.timeh, 0xC81, "timeh"), (.stimecmph, 0x15D, "stimecmph"),
    (.mseccfgh, 0x757, "mseccfgh"), (.scountovf, 0xDA0, "scountovf"), (.dscratch1, 0x7B3, "dscratch1"),
  ]) func numbersAndNames(_ csr: CSR, _ number: UInt16, _ name: String) {
    #expect(csr.rawValue == number)
    #expect(csr.name == name)
    #expect(CSR(name: name) == csr)
  }

  @Test func namesAreUniqueAndReadBack() {
    let names = CSR.named.compactMap(\.name)
    #expect(names.count == CSR.named.count)
    #expect(Set(names).count == names.count)
    #expect(CSR.named.allSatisfy { CSR(name: $0.description) == $0 })
  }

  @Test func unnamedNumbersShowInHexadecimal() {
    #expect(CSR(rawValue: 0x3F0).name == nil)
    #expect(CSR(rawValue: 0x3F0).description == "0x3f0")
    #expect(CSR(name: "mhpmcounter2") == nil)
  }

  @Test func numbersTellPrivilege() {
    #expect(CSR.mhartid.isReadOnly && CSR.mhartid.lowestPrivilege == 3)
    #expect(!CSR.satp.isReadOnly && CSR.satp.lowestPrivilege == 1)
    #expect(CSR.cycle.isReadOnly && CSR.cycle.lowestPrivilege == 0)
  }
}
