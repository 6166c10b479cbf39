import Boards
import Monitor
import YAMLReading

/// A guest of the file while it is read.
struct GuestDraft {
  /// Without its name, and until `image` is read with an empty kernel.
  var guest = GuestDescription(name: "", boot: BootDescription(kernel: ""))
  /// How many there are of it; nil for just one, which has the name as it is.
  var count: Int?
  var dependencies: [DependencyDraft] = []
  /// Whether `dependencies` are what the defaults say.
  var inheritsDependencies = false
}

extension KeyTable<GuestDraft> {
  /// Guests that a fleet can have, and copies of one.
  static let guestLimit = 10_000

  static let guest = KeyTable(
    owner: "a guest", schemaName: "guest",
    keys: [snapshot] + Key<BootDescription>.boot.map { $0.within(\.guest.boot) }
      + Key<MachineDescription>.machine.map { $0.within(\.guest.machine) } + [clock] + share + life)

  private static let snapshot = Key<GuestDraft>(
    "snapshot", optional: .path, \.guest.snapshot,
    "A snapshot file that it goes on from in place of booting an image; its machine is then as the file says.",
    otherNames: ["restore"])

  /// The keys that say what a snapshot has said already.
  static let ofMachine = Key<BootDescription>.boot.map(\.name) + Key<MachineDescription>.machine.map(\.name) + ["clock"]

  private static let clock = Key<GuestDraft>(
    "clock", .choice, \.guest.machine.clock,
    "What drives its time: the host's clock, or the instructions executed, which makes it depend on its input alone.",
    initial: "host")

  private static let share: [Key<GuestDraft>] = [
    Key(
      "weight", .integer(ProcessorShare.weights), \.guest.share.weight,
      "Its share of the host's processors, relative to the other guests' weights.", initial: "100",
      otherNames: ["cpu_shares", "shares"]),
    Key(
      "cap", optional: .cap, \.guest.share.cap, "The most it may use, however idle the host is.",
      otherNames: ["limit", "cpu_quota"]),
    Key(
      "latency", .choice, \.guest.share.latency, "realtime runs before all normal guests as soon as it has work.",
      initial: "normal", otherNames: ["priority"]),
    Key(
      "pin", optional: .integer(0...KeyTable<FleetDraft>.workerLimit - 1), \.guest.share.pin,
      "Number of the only worker that may run it.", otherNames: ["cpuset", "affinity"]),
    Key(
      "isolation", .choice, \.guest.isolation,
      "Where it runs: on a thread of the monitor, or in a process that may do nothing but compute.", initial: "thread"),
  ]

  private static let life: [Key<GuestDraft>] = [
    Key("restart", .restart, \.guest.restart, "What follows when it has ended by itself.", initial: "never"),
    Key("console", .console, short: "log", \.guest.console, "What becomes of its output.", otherNames: ["logging"]),
    Key(
      "depends-on", .dependencies,
      "Guests that are started before it, and text that a line of their output must contain first.",
      otherNames: ["after", "requires"]
    ) { draft, dependencies in
      draft.dependencies = dependencies
      draft.inheritsDependencies = false
    },
    Key("stop", .stop, short: "send", \.guest.stop, "How it is asked to stop."),
    Key(
      "count", .integer(0...guestLimit),
      "So many of it, named NAME-1, NAME-2 and so on; without it, one named NAME.",
      otherNames: ["replicas", "scale"]
    ) { $0.count = $1 },
  ]
}

extension KeyTable<ConsolePolicy> {
  static let console = KeyTable(
    owner: "a console", schemaName: "console",
    keys: [
      Key(
        "log", optional: .path, \.log,
        "File that the output is added to; a path that ends in / is a folder, in which each guest has NAME.log.",
        otherNames: ["file", "path"]),
      Key(
        "log-size", .size(4096...1 << 40, example: "10M"), \.logSize,
        "Bytes after which the log is renamed to FILE.1, and a new one begun.", initial: "10M",
        otherNames: ["max-size"]),
      Key(
        "log-files", .integer(1...100), \.logFiles, "Log files kept, the current one included.", initial: "3",
        otherNames: ["max-file"]),
      Key(
        "history", .size(4096...16 << 20, example: "64K"), \.history,
        "Recent output kept in memory, for logs and attach.", initial: "64K"),
      Key(
        "rate", .size(1...1 << 40, example: "1M"), \.rate,
        "Bytes a second that pass for long; what goes beyond is dropped, and counted.", initial: "1M"),
      Key(
        "burst", .size(1...1 << 40, example: "1M"), \.burst, "Bytes that pass at once after a quiet time.",
        initial: "1M"),
    ])
}

extension KeyTable<StopPolicy> {
  static let stop = KeyTable(
    owner: "a stop", schemaName: "stop",
    keys: [
      Key(
        "send", optional: .text, \.send,
        "What is typed on its console, such as \"poweroff\\n\"; without it, it is ended at once.",
        otherNames: ["text", "type"]),
      Key(
        "grace", .time, \.grace, "How long it has before it is ended.", initial: "10s",
        otherNames: ["timeout", "stop_grace_period"]),
    ])
}
