import Foundation

/// The Swift toolchain's `llvm-objdump`, as an independent opinion on what an instruction word is.
struct ObjectDump {
  private let tool: URL

  /// Nil, with the reason printed, where the toolchain found on the PATH has no such tool.
  init?() {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let tools = folders.map { URL(filePath: String($0)).appending(path: "swift") }
      .filter { FileManager.default.isExecutableFile(atPath: $0.path) }
      .map { $0.resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "llvm-objdump") }
    guard let found = tools.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
      print("comparison skipped: there is no llvm-objdump beside the `swift` on the PATH")
      return nil
    }
    tool = found
  }

  /// What the tool writes for each of `words`, laid out one after another from address 0, with mnemonic and operands
  /// separated by one space and symbols removed.
  func disassemble<Word: FixedWidthInteger>(_ words: [Word]) throws -> [String] {
    let size = MemoryLayout<Word>.size
    let file = FileManager.default.temporaryDirectory.appending(path: "roost-isa-\(UUID().uuidString).o")
    defer { try? FileManager.default.removeItem(at: file) }
    try Self.object(code: words.flatMap { word in (0..<size).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } })
      .write(to: file)
    var lines = [String](repeating: "nothing at this address", count: words.count)
    for line in try run(on: file).split(separator: "\n") {
      let columns = line.split(separator: ":", maxSplits: 1)
      guard columns.count == 2, let address = Int(columns[0].drop { $0 == " " }, radix: 16), address % size == 0 else {
        continue
      }
      let text = columns[1].drop { $0 == " " || $0 == "\t" }.split(separator: " <")[0]
      lines[address / size] = text.hasPrefix("<unknown>") ? "<unknown>" : String(text.replacing("\t", with: " "))
    }
    return lines
  }

  private func run(on file: URL) throws -> String {
    let extensions = [
      "m", "a", "f", "d", "c", "zba", "zbb", "zbc", "zbs", "zicond", "zawrs", "zicbom", "zicboz", "zihintpause",
    ]
    let process = Process()
    process.executableURL = tool
    process.arguments = [
      "-d", "-M", "no-aliases", "--no-show-raw-insn", "--mattr=" + extensions.map { "+" + $0 }.joined(separator: ","),
      file.path,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  /// A relocatable ELF32 RISC-V file with one executable section.
  private static func object(code: [UInt8]) -> Data {
    let names = [UInt8]("\0.text\0.shstrtab\0".utf8)
    let namesOffset = 52 + code.count
    let table = (namesOffset + names.count + 3) & ~3
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1] + [UInt8](repeating: 0, count: 9)
    func append(_ values: [Int], bytes size: Int) {
      for value in values { bytes += (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    }
    append([1, 243], bytes: 2)
    append([1, 0, 0, table, 5], bytes: 4)
    append([52, 0, 0, 40, 3, 2], bytes: 2)
    bytes += code + names + [UInt8](repeating: 0, count: table - namesOffset - names.count)
    append([Int](repeating: 0, count: 10), bytes: 4)
    append([1, 1, 6, 0, 52, code.count, 0, 0, 2, 0], bytes: 4)
    append([7, 3, 0, 0, namesOffset, names.count, 0, 0, 1, 0], bytes: 4)
    return Data(bytes)
  }
}

/// A small generator, so that every run of a test sees the same numbers.
struct Numbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z &>> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z &>> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z &>> 31
  }
}
