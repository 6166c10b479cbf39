import Boards
import HartEngine
import Translator

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a run did, for `--stats`.
struct RunStatistics {
  private let seconds: Double
  private let harts: [(id: UInt32, retired: UInt64, counters: HartStatistics)]
  private let blocks: Int
  private let flushes: Int
  private let resets: Int
  private let hostCode: TranslatorStatistics?
  private let meter: HartMeter?
  /// The line that tells the trace hash; empty under host time.
  let traceHash: String

  /// - Parameter before: instructions that each hart had retired when the run began: those of a snapshot.
  init(_ machine: VirtMachine, since before: [UInt64], nanoseconds: UInt64) {
    seconds = Double(nanoseconds) / 1e9
    harts = zip(machine.harts, before).map { ($0.id, $0.retired &- $1, $0.statistics) }
    blocks = machine.codeCache.blocksBuilt
    flushes = machine.codeCache.flushes
    resets = machine.resets
    hostCode = machine.translator?.statistics
    meter = machine.harts.compactMap(\.metered).reduce(nil) { sum, hart in
      var sum = sum ?? HartMeter()
      sum.add(hart)
      return sum
    }
    traceHash = machine.traceHash.map { "roost: trace hash \($0) of \($0.events) events\n" } ?? ""
  }

  /// One labelled line for the machine, and one for each hart.
  var text: String {
    let instructions = harts.reduce(0) { $0 + $1.retired }
    let speed = seconds > 0 ? Double(instructions) / seconds / 1e6 : 0
    var lines = [
      "roost: \(instructions) instructions in \(Self.decimal(seconds, places: 3)) s, \(Self.decimal(speed, places: 1)) MIPS; "
        + "\(blocks) blocks decoded, \(flushes) flushes, \(resets) resets; "
        + "at most \(Self.residentKiB) KiB resident"
    ]
    if let hostCode {
      lines.append(
        "roost: host code: \(hostCode.blocks) blocks and \(hostCode.regions) regions of \(hostCode.instructions) instructions, "
          + "\(hostCode.bytes >> 10) KiB, \(hostCode.links) links, \(hostCode.invalidations) dropped, "
          + "emptied \(hostCode.flushes) times")
    }
    if let hostCode, let meter { lines += Self.lines(hostCode, meter) }
    for hart in harts {
      lines.append(
        "roost: hart \(hart.id): \(hart.retired) instructions, \(hart.counters.traps) traps, "
          + "\(hart.counters.interrupts) interrupts, \(hart.counters.waits) waits")
    }
    return lines.map { $0 + "\n" }.joined() + traceHash
  }

  /// What the engines did, over all harts.
  private static func lines(_ hostCode: TranslatorStatistics, _ meter: HartMeter) -> [String] {
    let first = hostCode.instructions - hostCode.regionInstructions
    let times: [(String, HartMeter.Activity)] = [
      ("host code", .hostCode), ("slow paths", .slowPath), ("interpreter", .interpreter), ("look-ups", .lookUp),
      ("translating", .translating),
    ]
    let all = max(times.reduce(0) { $0 + meter.nanoseconds($1.1) }, 1)
    let shares = times.map { name, activity in
      let time = Double(meter.nanoseconds(activity))
      return "\(name) \(decimal(time / 1e6, places: 1)) ms (\(decimal(time * 100 / Double(all), places: 1)) %)"
    }
    return [
      "roost: translating: first tier \(first) instructions at \(cost(hostCode.blockNanoseconds, first)), "
        + "regions \(hostCode.regionInstructions) at \(cost(hostCode.regionNanoseconds, hostCode.regionInstructions))",
      "roost: \(meter.lookUps) look-ups; host code left \(meter.returns) times, \(meter.exits) by exits not linked, "
        + "\(meter.jumpCacheMisses) past the jump cache; \(meter.slowPaths) slow paths",
      "roost: accesses out of line: \(meter.misses) not in the soft TLB, \(meter.deviceAccesses) to devices, "
        + "\(meter.storesNearCode) stores near code",
      "roost: time: " + shares.joined(separator: ", "),
    ]
  }

  private static func cost(_ nanoseconds: UInt64, _ instructions: Int) -> String {
    "\(nanoseconds / UInt64(max(instructions, 1))) ns each"
  }

  /// The most memory that this process has held so far.
  private static var residentKiB: Int {
    var usage = rusage()
    let ownProcess: Int32 = 0  // RUSAGE_SELF, whose type is not the same everywhere.
    getrusage(ownProcess, &usage)
    #if canImport(Darwin)
      return usage.ru_maxrss / 1024
    #else
      return usage.ru_maxrss
    #endif
  }

  private static func decimal(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1) { product, _ in product * 10 }
    let scaled = UInt64((value * Double(scale)).rounded())
    let fraction = String(scaled % UInt64(scale))
    return "\(scaled / UInt64(scale))." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
