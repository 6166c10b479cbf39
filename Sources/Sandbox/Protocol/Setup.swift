#if os(Linux)
  import Boards
  import HartEngine
  import Monitor
  import SystemBus

  /// The first message to a child: what it is for. It is read before the child locks itself down, and comes from the
  /// monitor alone.
  package struct Setup: Equatable {
    package enum Purpose: Equatable {
      /// Lock down, tell what was applied, and end.
      case probe
      /// Lock down, try this, and tell how that went.
      case attempt(Escape)
      case guest
    }

    /// A file that the child was given open, for reading.
    package struct File: Equatable {
      package var path: String
      package var length: UInt64

      package init(path: String, length: UInt64) {
        self.path = path
        self.length = length
      }
    }

    package var purpose: Purpose
    /// The process that the child must not outlive.
    package var parent: Int32
    package var machine = MachineDescription()
    package var boot = BootDescription(kernel: "")
    /// The file that the guest goes on from, the only one in `files`; nil to boot.
    package var snapshot: String?
    /// In the order of their descriptors, from `Inheritance.firstFile` on.
    package var files: [File] = []

    package var bytes: [UInt8] {
      var encoder = StateEncoder()
      encoder.section("setup", version: 4)
      switch purpose {
      case .probe: encoder.encode("probe")
      case .attempt(let escape): encoder.encode(escape.rawValue)
      case .guest: encoder.encode("guest")
      }
      encoder.encode(parent)
      encoder.encode(machine.memory)
      encoder.encode(Int64(machine.harts))
      encoder.encode(optional: machine.isa)
      encoder.encode(machine.clock == .virtual)
      encoder.encode(machine.clockRate?.instructionsPerSecond ?? 0)
      encoder.encode(machine.seed != nil)
      encoder.encode(machine.seed ?? 0)
      encoder.encode(optional: machine.engine?.rawValue)
      encoder.encode(boot.kernel)
      encoder.encode(list: boot.load)
      for text in [boot.firmware, boot.initrd, boot.append, boot.deviceTree] { encoder.encode(optional: text) }
      encoder.encode(optional: snapshot)
      encoder.encode(list: files.map(\.path))
      encoder.encode(files.map(\.length))
      return encoder.bytes
    }

    package init(_ purpose: Purpose, parent: Int32) {
      self.purpose = purpose
      self.parent = parent
    }

    package init(_ bytes: [UInt8]) throws(StateError) {
      var decoder = StateDecoder(bytes)
      try decoder.section("setup", newest: 4)
      let word = try decoder.decodeText()
      switch word {
      case "probe": purpose = .probe
      case "guest": purpose = .guest
      default:
        guard let escape = Escape(rawValue: word) else { throw decoder.invalid("purpose") }
        purpose = .attempt(escape)
      }
      parent = try decoder.decode(Int32.self)
      machine.memory = try decoder.decode(UInt64.self)
      machine.harts = Int(try decoder.decode(Int64.self))
      machine.isa = try decoder.decodeOptional()
      machine.clock = try decoder.decode(Bool.self) ? .virtual : .host
      let rate = try decoder.decode(UInt64.self)
      machine.clockRate = ClockRate(instructionsPerSecond: rate)
      guard rate == 0 || machine.clockRate != nil else { throw decoder.invalid("clock rate") }
      let hasSeed = try decoder.decode(Bool.self)
      let seed = try decoder.decode(UInt64.self)
      machine.seed = hasSeed ? seed : nil
      if let engine = try decoder.decodeOptional() {
        guard let engine = EngineChoice(rawValue: engine) else { throw decoder.invalid("engine") }
        machine.engine = engine
      }
      boot.kernel = try decoder.decodeText()
      boot.load = try decoder.decodeList()
      boot.firmware = try decoder.decodeOptional()
      boot.initrd = try decoder.decodeOptional()
      boot.append = try decoder.decodeOptional()
      boot.deviceTree = try decoder.decodeOptional()
      snapshot = try decoder.decodeOptional()
      let paths = try decoder.decodeList()
      let lengths = try decoder.decodeArray(of: UInt64.self, count: paths.count)
      files = zip(paths, lengths).map { File(path: $0, length: $1) }
    }
  }

  extension StateEncoder {
    fileprivate mutating func encode(optional text: String?) {
      encode(text != nil)
      if let text { encode(text) }
    }

    fileprivate mutating func encode(list: [String]) {
      encode(UInt32(truncatingIfNeeded: list.count))
      for text in list { encode(text) }
    }
  }

  extension StateDecoder {
    mutating func decodeText() throws(StateError) -> String { String(decoding: try decodeBytes(), as: UTF8.self) }

    fileprivate mutating func decodeOptional() throws(StateError) -> String? {
      try decode(Bool.self) ? try decodeText() : nil
    }

    fileprivate mutating func decodeList() throws(StateError) -> [String] {
      var list: [String] = []
      for _ in 0..<(try decode(UInt32.self)) { list.append(try decodeText()) }
      return list
    }
  }
#endif
