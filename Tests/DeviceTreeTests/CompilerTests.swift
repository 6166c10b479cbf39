import DeviceTree
import Foundation
import Testing

/// The device tree compiler as an oracle, where it is installed.
enum Compiler {
  static let path = ["/usr/bin/dtc", "/usr/local/bin/dtc", "/opt/homebrew/bin/dtc"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  static func convert(_ input: Data, from: String, to: String) throws -> Data {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let (source, target) = (directory.appendingPathComponent("in"), directory.appendingPathComponent("out"))
    try input.write(to: source)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path ?? "")
    process.arguments = ["-q", "-q", "-I", from, "-O", to, "-o", target.path, source.path]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "dtc refused the input")
    return try Data(contentsOf: target)
  }
}

@Suite(.enabled(if: Compiler.path != nil, "dtc is not installed"))
struct CompilerTests {
  @Test func compilerReadsOurBlob() throws {
    let source = try Compiler.convert(Data(sampleDocument().flattened()), from: "dtb", to: "dts")
    let blob = try Compiler.convert(source, from: "dts", to: "dtb")
    var expected = sampleDocument()
    expected.bootCPU = 0  // Source text cannot say it.
    #expect(try DeviceTreeDocument(flattened: Array(blob)) == expected)
  }

  @Test func compilerReadsOurSource() throws {
    let blob = try Compiler.convert(Data(sampleDocument().source.utf8), from: "dts", to: "dtb")
    var expected = sampleDocument()
    expected.bootCPU = 0
    #expect(try DeviceTreeDocument(flattened: Array(blob)) == expected)
  }

  @Test func weReadTheCompilersBlob() throws {
    let source = """
      /dts-v1/;
      /memreserve/ 0x80000000 0x1000;
      / { model = "x"; a { phandle = <1>; b = [01 02]; }; c { ref = <1>; }; };
      """
    let document = try DeviceTreeDocument(flattened: Array(Compiler.convert(Data(source.utf8), from: "dts", to: "dtb")))
    #expect(document.reservations == [.init(address: 0x8000_0000, size: 0x1000)])
    #expect(document.root.text("model") == "x")
    #expect(document.root.node(at: "/a")?["b"] == [1, 2])
    #expect(document.root.node(at: "/c")?.cell("ref") == 1)
  }
}
