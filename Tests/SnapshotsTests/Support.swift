import Boards
import ConformanceKit
import GuestImage
import ISA
import Peripherals
import RegisterMaps
import Snapshots
import SystemBus
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keeps what the guest sends.
final class Recorder: ConsoleSink {
  var bytes: [UInt8] = []
  func write(_ byte: UInt8) { bytes.append(byte) }
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A machine under virtual time that runs a program of the test's own from the start of RAM.
func machine(
  harts: Int = 1, memory: Int = 1 << 20, console: Recorder = Recorder(), _ program: (inout Assembler) -> Void
) throws -> VirtMachine {
  var configuration = MachineConfiguration()
  configuration.harts = harts
  configuration.memorySize = memory
  configuration.clock = .virtual(instructionsPerTick: 10)
  configuration.seed = 7
  let machine = try VirtMachine(configuration, console: console)
  var assembler = Assembler(base: MemoryMap.ramBase)
  program(&assembler)
  var request = BootRequest(
    ram: GuestRAM(base: MemoryMap.ramBase, size: UInt64(memory)),
    kernel: ImageAtAddress(
      ImageFile(path: "test program", verbatim: assembler.finish()), address: MemoryMap.ramBase),
    builtinFirmware: BuiltinFirmware(bytes: [], memorySize: 0))
  request.firmware = .none
  machine.start(try BootPlanner.plan(request), deviceTree: [])
  return machine
}

/// A folder of a test, gone with all in it when it is let go.
final class TestFolder {
  let path: String

  init() throws {
    var name = Array("/tmp/roost-snapshots-XXXXXX".utf8CString)
    try #require(mkdtemp(&name) != nil)
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink(file(name)) }
    rmdir(path)
  }

  func file(_ name: String) -> String { path + "/" + name }

  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

func contents(of path: String) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY)
  try #require(descriptor >= 0, "\(path)")
  defer { close(descriptor) }
  var status = stat()
  fstat(descriptor, &status)
  var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
  let count = read(descriptor, &bytes, bytes.count)
  try #require(count == bytes.count)
  return bytes
}

func write(_ bytes: [UInt8], to path: String) throws {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  try #require(descriptor >= 0, "\(path)")
  defer { close(descriptor) }
  try #require(write(descriptor, bytes, bytes.count) == bytes.count)
}

/// What reading a file came to: nil if it was read, the words of the error if not.
func refusal(of path: String) -> String? {
  do throws(SnapshotFileError) {
    _ = try SnapshotFile.read(path)
    return nil
  } catch {
    return "\(error)"
  }
}
