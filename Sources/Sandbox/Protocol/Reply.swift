#if os(Linux)
  import Boards
  import Monitor
  import SystemBus

  /// What a child tells the monitor. Every byte of it may be a lie: decoding checks it, and what it says concerns that
  /// child's guest alone.
  package enum Reply {
    /// Locked down, with these features, and ready for requests.
    case ready([SandboxFeature])
    /// The child cannot do what it is for, and ends.
    case refused(String)
    case slice(SliceReply)
    /// So many bytes of a saved machine, at most `SliceReport.outputLimit`, lie in the shared area, of `total` in all.
    case saved(count: UInt32, total: UInt64)

    private enum Tag: UInt8 { case ready, refused, slice, saved }

    package var bytes: [UInt8] {
      var encoder = StateEncoder()
      switch self {
      case .ready(let features):
        encoder.encode(Tag.ready.rawValue)
        encoder.encode(UInt8(truncatingIfNeeded: features.count))
        for feature in features {
          encoder.encode(feature.name)
          encoder.encode(feature.reason)
        }
      case .refused(let reason):
        encoder.encode(Tag.refused.rawValue)
        encoder.encode(reason)
      case .slice(let slice):
        encoder.encode(Tag.slice.rawValue)
        slice.encode(to: &encoder)
      case .saved(let count, let total):
        encoder.encode(Tag.saved.rawValue)
        encoder.encode(count)
        encoder.encode(total)
      }
      return encoder.bytes
    }

    package init(_ bytes: [UInt8]) throws(StateError) {
      var decoder = StateDecoder(bytes)
      switch Tag(rawValue: try decoder.decode(UInt8.self)) {
      case .ready:
        var features: [SandboxFeature] = []
        for _ in 0..<(try decoder.decode(UInt8.self)) {
          features.append(SandboxFeature(name: try decoder.decodeWords(), reason: try decoder.decodeWords()))
        }
        self = .ready(features)
      case .refused: self = .refused(try decoder.decodeWords())
      case .slice: self = .slice(try SliceReply(from: &decoder))
      case .saved:
        let count = try decoder.decode(UInt32.self)
        guard count <= UInt32(SliceReport.outputLimit) else { throw decoder.invalid("count") }
        self = .saved(count: count, total: try decoder.decode(UInt64.self))
      case nil: throw decoder.invalid("reply")
      }
      guard decoder.isAtEnd else { throw decoder.invalid("length") }
    }
  }

  /// What a slice came to. The output itself lies in the shared area.
  package struct SliceReply {
    package var outcome: SliceReport.Outcome
    /// Bytes of output: at most `SliceReport.outputLimit`.
    package var outputCount: UInt32 = 0
    package var dropped: UInt64 = 0
    package var waitingInput: UInt32 = 0
    /// As in `SliceReport`.
    package var virtualTime: Ticks = 0
    package var waitsForInput = false
    package var statistics = MachineStatistics()

    private enum Tag: UInt8 { case ran, idle, idleForEver, passed, failed, hung }

    private static let deviceLimit = 64

    package init(_ outcome: SliceReport.Outcome) { self.outcome = outcome }

    func encode(to encoder: inout StateEncoder) {
      switch outcome {
      case .ran, .lost: encoder.encode(Tag.ran.rawValue)
      case .idle(let nanoseconds?):
        encoder.encode(Tag.idle.rawValue)
        encoder.encode(nanoseconds)
      case .idle(nil): encoder.encode(Tag.idleForEver.rawValue)
      case .ended(.passed): encoder.encode(Tag.passed.rawValue)
      case .ended(.failed(let code)):
        encoder.encode(Tag.failed.rawValue)
        encoder.encode(code)
      case .ended(.hung(let reason)):
        encoder.encode(Tag.hung.rawValue)
        encoder.encode(reason)
      }
      encoder.encode(outputCount)
      encoder.encode(dropped)
      encoder.encode(waitingInput)
      encoder.encode(virtualTime)
      encoder.encode(waitsForInput)
      statistics.encode(to: &encoder)
    }

    init(from decoder: inout StateDecoder) throws(StateError) {
      switch Tag(rawValue: try decoder.decode(UInt8.self)) {
      case .ran: outcome = .ran
      case .idle: outcome = .idle(nanoseconds: try decoder.decode(UInt64.self))
      case .idleForEver: outcome = .idle(nanoseconds: nil)
      case .passed: outcome = .ended(.passed)
      case .failed: outcome = .ended(.failed(code: try decoder.decode(UInt16.self)))
      case .hung: outcome = .ended(.hung(reason: try decoder.decodeWords()))
      case nil: throw decoder.invalid("outcome")
      }
      outputCount = try decoder.decode(UInt32.self)
      guard outputCount <= UInt32(SliceReport.outputLimit) else { throw decoder.invalid("output") }
      dropped = try decoder.decode(UInt64.self)
      waitingInput = try decoder.decode(UInt32.self)
      virtualTime = try decoder.decode(Ticks.self)
      waitsForInput = try decoder.decode(Bool.self)
      statistics = try MachineStatistics(from: &decoder, deviceLimit: Self.deviceLimit)
    }
  }

  extension MachineStatistics {
    fileprivate func encode(to encoder: inout StateEncoder) {
      encoder.encode(instructions)
      encoder.encode(traps)
      encoder.encode(interrupts)
      encoder.encode(waits)
      encoder.encode(resets)
      encoder.encode(UInt32(truncatingIfNeeded: deviceAccesses.count))
      for device in deviceAccesses {
        encoder.encode(device.device)
        encoder.encode(device.reads)
        encoder.encode(device.writes)
      }
      encoder.encode(blocksDecoded)
      encoder.encode(codeCacheFlushes)
      encoder.encode(traceHash != nil)
      encoder.encode(traceHash ?? 0)
      encoder.encode(traceEvents ?? 0)
    }

    fileprivate init(from decoder: inout StateDecoder, deviceLimit: Int) throws(StateError) {
      self.init()
      instructions = try decoder.decode(UInt64.self)
      traps = try decoder.decodeArray(of: UInt64.self, count: traps.count)
      interrupts = try decoder.decodeArray(of: UInt64.self, count: interrupts.count)
      waits = try decoder.decode(UInt64.self)
      resets = try decoder.decode(UInt64.self)
      let count = try decoder.decode(UInt32.self)
      guard count <= UInt32(deviceLimit) else { throw decoder.invalid("devices") }
      for _ in 0..<count {
        deviceAccesses.append(
          DeviceAccesses(
            device: try decoder.decodeWords(), reads: try decoder.decode(UInt64.self),
            writes: try decoder.decode(UInt64.self)))
      }
      blocksDecoded = try decoder.decode(UInt64.self)
      codeCacheFlushes = try decoder.decode(UInt64.self)
      let hasTrace = try decoder.decode(Bool.self)
      let trace = (hash: try decoder.decode(UInt64.self), events: try decoder.decode(UInt64.self))
      if hasTrace { (traceHash, traceEvents) = (trace.hash, trace.events) }
    }
  }

  extension StateDecoder {
    /// Text that people will read: one line of at most `Words.limit` bytes.
    fileprivate mutating func decodeWords() throws(StateError) -> String { Words.line(try decodeBytes()) }
  }
#endif
