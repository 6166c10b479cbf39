import ISA
import Testing

struct ISAConfigurationTests {
  @Test(arguments: [
    ("rv32i", "rv32i_zicsr"),
    ("RV32IMAC", "rv32imac_zicsr"),
    ("rv32gc", "rv32imafdc_zicsr_zifencei"),
    ("rv32imafdc_zicsr_zifencei", "rv32imafdc_zicsr_zifencei"),
    ("rv32id", "rv32ifd_zicsr"),
    ("rv32i_m_a", "rv32ima_zicsr"),
    ("rv32imazicsr_Zifencei", "rv32ima_zicsr_zifencei"),
    ("rv32ib", "rv32i_zicsr_zba_zbb_zbs"),
    ("rv32i_zicntr", "rv32i_zicntr_zicsr"),
    ("rv32i_sstc_zba", "rv32i_zicsr_zba_sstc"),
    ("rv32ica", "rv32iac_zicsr"),
  ]) func reads(_ text: String, _ canonical: String) throws {
    let configuration = try ISAConfiguration(parsing: text)
    #expect(configuration.name == canonical)
    #expect(try ISAConfiguration(parsing: canonical) == configuration)
  }

  @Test(
    arguments: [
      ("", .notAnISAString("")),
      ("x86", .notAnISAString("x86")),
      ("rv", .notAnISAString("rv")),
      ("rv64gc", .unsupportedWidth("64", in: "rv64gc")),
      ("rv320i", .unsupportedWidth("320", in: "rv320i")),
      ("rv32", .missingBase("rv32")),
      ("rv32mac", .missingBase("rv32mac")),
      ("rv32_i", .missingBase("rv32_i")),
      ("rv32e", .embeddedBase("rv32e")),
      ("rv32imm", .duplicate("m", in: "rv32imm")),
      ("rv32ii", .duplicate("i", in: "rv32ii")),
      ("rv32i_zba_zba", .duplicate("zba", in: "rv32i_zba_zba")),
      ("rv32iv", .unknownExtension("v", in: "rv32iv")),
      ("rv32i_zfoo", .unknownExtension("zfoo", in: "rv32i_zfoo")),
      ("rv32imé", .unknownExtension("é", in: "rv32imé")),
      ("rv32i_", .emptyName("rv32i_")),
      ("rv32i__m", .emptyName("rv32i__m")),
    ] as [(String, ISAError)]) func refuses(_ text: String, _ error: ISAError)
  {
    #expect(throws: error) { try ISAConfiguration(parsing: text) }
    #expect(error.description.contains("'\(text)'"))
  }

  @Test func completeNameIsCanonical() {
    #expect(
      ISAConfiguration.complete.name
        == "rv32imafdc_zicbom_zicboz_zicntr_zicond_zicsr_zifencei_zihintpause_zihpm_zawrs_zba_zbb_zbc_zbs_sstc_svadu")
    #expect(ISAConfiguration.complete.extensionNames.prefix(7) == ["i", "m", "a", "f", "d", "c", "zicbom"])
  }

  @Test(
    arguments: [
      ("rv32i", 0x4014_0100), ("rv32imac", 0x4014_1105), ("rv32gc", 0x4014_112D), ("rv32ib", 0x4014_0102),
      ("rv32i_zba_zbb", 0x4014_0100),
    ] as [(String, UInt32)]) func misa(_ text: String, _ value: UInt32) throws
  {
    #expect(try ISAConfiguration(parsing: text).misa == value)
  }
}
