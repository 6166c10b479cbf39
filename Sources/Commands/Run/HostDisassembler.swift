#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A program of the host's that disassembles x86-64 code: LLVM's or GNU's objdump, if one of them is in `PATH`.
struct HostDisassembler {
  struct Line: Equatable {
    /// Host address of the instruction.
    var address: UInt
    var text: String
  }

  static let programs = ["llvm-objdump", "objdump"]
  private let program: String

  /// Nil where there is none.
  init?() {
    guard let program = Self.programs.first(where: Self.isInPath) else { return nil }
    self.program = program
  }

  private static func isInPath(_ name: String) -> Bool {
    guard let path = getenv("PATH") else { return false }
    return String(cString: path).split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }

  /// The instructions of `code`, which lies at that host address; nil if the program fails, as one for another
  /// architecture does.
  func lines(of code: [UInt8], at address: UInt) -> [Line]? {
    guard let image = TemporaryFile(CodeImage.elf(code, at: address)), let output = TemporaryFile([]) else {
      return nil
    }
    guard run([program, "-d", "-M", "intel", "--no-show-raw-insn", image.path], to: output.descriptor) else {
      return nil
    }
    let lines = Self.parse(String(decoding: output.contents, as: UTF8.self))
    return lines.isEmpty ? nil : lines
  }

  /// Lines `  7f0010: <tab> mov eax, 0x1`; all else is headings.
  static func parse(_ text: String) -> [Line] {
    text.split(separator: "\n").compactMap { line in
      guard let colon = line.firstIndex(of: ":"),
        let address = UInt(line[..<colon].drop { $0 == " " }, radix: 16)
      else { return nil }
      // Without what is said of symbols and comments.
      let words = line[line.index(after: colon)...].prefix { $0 != "#" && $0 != "<" }
        .split { $0 == "\t" || $0 == " " }
      return words.isEmpty ? nil : Line(address: address, text: words.joined(separator: " "))
    }
  }

  /// Whether the program ends well. What it complains about is nobody's concern.
  private func run(_ arguments: [String], to output: Int32) -> Bool {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    guard posix_spawn_file_actions_init(&actions) == 0 else { return false }
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var strings = arguments.map { strdup($0) }
    defer { for string in strings { free(string) } }
    strings.append(nil)
    var process: pid_t = 0
    guard posix_spawnp(&process, arguments[0], &actions, nil, strings, environ) == 0 else { return false }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 { guard errno == EINTR else { return false } }
    return status == 0
  }
}

/// Code as a file that disassemblers read.
enum CodeImage {
  private static let names: [UInt8] = Array("\0.text\0.names\0".utf8)
  private static let headerSize = 64
  private static let sectionSize = 64

  /// An ELF with nothing but a section of x86-64 code.
  static func elf(_ code: [UInt8], at address: UInt) -> [UInt8] {
    let namesStart = headerSize + code.count
    let tableStart = (namesStart + names.count + 7) & ~7
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    func put(_ value: Int, _ count: Int) {
      for shift in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (shift * 8))) }
    }
    // An executable for x86-64, version 1, whose section headers stand at the end.
    for (value, count) in [(2, 2), (62, 2), (1, 4), (Int(bitPattern: address), 8), (0, 8), (tableStart, 8), (0, 4)] {
      put(value, count)
    }
    for value in [headerSize, 0, 0, sectionSize, 3, 2] { put(value, 2) }
    bytes += code + names
    bytes += [UInt8](repeating: 0, count: tableStart - bytes.count + sectionSize)
    func section(name: Int, type: Int, flags: Int, address: Int, start: Int, size: Int) {
      put(name, 4)
      put(type, 4)
      for value in [flags, address, start, size, 0, 1, 0] { put(value, 8) }
    }
    // Allocated and executable; the names of sections.
    section(
      name: 1, type: 1, flags: 6, address: Int(bitPattern: address), start: headerSize, size: code.count)
    section(name: 7, type: 3, flags: 0, address: 0, start: namesStart, size: names.count)
    return bytes
  }
}

/// A file that is gone when it is let go.
private final class TemporaryFile {
  let path: String
  let descriptor: Int32

  /// Nil where none can be made or written.
  init?(_ bytes: [UInt8]) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    var name = Array(((folder.isEmpty ? "/tmp" : folder) + "/roost-code-XXXXXX").utf8CString)
    descriptor = mkstemp(&name)
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard descriptor >= 0, FileDescriptor(descriptor).write(bytes) == 0 else { return nil }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(path)
  }

  /// All that is in it now.
  var contents: [UInt8] {
    var bytes: [UInt8] = []
    lseek(descriptor, 0, SEEK_SET)
    while true {
      let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = max(FileDescriptor(descriptor).readSome(UnsafeMutableRawBufferPointer(buffer)), 0)
      }
      if piece.isEmpty { return bytes }
      bytes += piece
    }
  }
}
