import Boards
import HartEngine
import ISA
import PlainText
import Sandbox
import Snapshots
import SystemBus

/// What `roost inspect` tells of a snapshot.
struct SnapshotReport {
  private let path: String
  private let guest: SavedGuest
  private let machine: VirtMachine
  private let usedBytes: Int

  /// Reads the file, and makes its machine, which does not run.
  init(_ path: String) throws {
    self.path = path
    guest = try SnapshotFile.read(path)
    machine = try VirtMachine(guest.machine, console: Silence())
    var pages = 0
    try guest.machine.ram.forEachPage { _, _ in pages += 1 }
    usedBytes = pages * 4096
  }

  private var configuration: MachineConfiguration { guest.machine.configuration }

  private var clock: String {
    switch configuration.clock {
    case .host: "the host's"
    case .virtual(let rate): "virtual, \(rate)"
    }
  }

  /// Machine time since power-on, in seconds to a microsecond.
  private var seconds: String {
    let (whole, rest) = machine.now.quotientAndRemainder(dividingBy: ticksPerSecond)
    return "\(whole).\(String(String(1_000_000 + rest / 10).dropFirst()))"
  }

  /// The origin is what somebody wrote into the file.
  private var origin: String { Words.line(guest.origin.utf8) }

  var lines: [String] {
    var lines = [
      "\(path): a snapshot of a machine",
      "  memory  \(ByteSize(bytes: UInt64(configuration.memorySize))), of which \(usedBytes >> 10) KiB hold anything",
      "  isa     \(configuration.isa.name)", "  clock   \(clock); \(seconds) s after power-on",
    ]
    if !origin.isEmpty { lines.append("  booted  \(origin)") }
    if let seed = configuration.seed { lines.append("  seed    \(seed)") }
    if !guest.typed.isEmpty { lines.append("  typed   \(guest.typed.count) bytes that the guest has not read") }
    if let end = machine.end { lines.append("  ended   \(Words.line(end.words.utf8))") }
    for hart in machine.harts {
      lines.append(
        "  hart \(hart.id)  at \(hex(hart.pc)) in \(hart.mode.letter)-mode\(hart.isWaiting ? ", waiting" : "")")
    }
    return lines
  }

  var json: JSONValue {
    let harts = machine.harts.map { hart in
      JSONValue.object([
        ("pc", JSONValue(hart.pc)), ("mode", JSONValue(hart.mode.letter)), ("isWaiting", .bool(hart.isWaiting)),
      ])
    }
    let rate: UInt64? = if case .virtual(let rate) = configuration.clock { rate.instructionsPerSecond } else { nil }
    return .object([
      ("file", JSONValue(path)), ("kind", JSONValue("snapshot")),
      ("memorySize", JSONValue(configuration.memorySize)), ("usedBytes", JSONValue(usedBytes)),
      ("isa", JSONValue(configuration.isa.name)), ("clock", JSONValue(rate == nil ? "host" : "virtual")),
      ("instructionsPerSecond", JSONValue(rate)), ("seed", JSONValue(configuration.seed)),
      ("timeNs", JSONValue(min(machine.now, .max / 100) * 100)), ("origin", JSONValue(origin)),
      ("typedBytes", JSONValue(guest.typed.count)), ("end", JSONValue(machine.end.map { Words.line($0.words.utf8) })),
      ("harts", .array(harts)),
    ])
  }
}

extension MachineEnd {
  fileprivate var words: String {
    switch self {
    case .passed: "with success"
    case .failed(let code): "with code \(code)"
    case .hung(let reason): "hung: \(reason)"
    }
  }
}

extension PrivilegeMode {
  fileprivate var letter: String {
    switch self {
    case .machine: "M"
    case .supervisor: "S"
    case .user: "U"
    }
  }
}
