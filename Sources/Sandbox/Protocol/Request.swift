#if os(Linux)
  import SystemBus

  /// What the monitor asks of a child that has its machine. What it runs and saves is answered.
  package enum Request: Equatable {
    /// To run a slice.
    case run(Slice)
    /// To stop the machine's time, and to let it go on.
    case hold, release
    /// To put all of its machine but RAM, from this byte on, into the shared area. At 0 it is made anew.
    case save(from: UInt64)

    package struct Slice: Equatable {
      package var nanoseconds: UInt64
      /// The machine time that it is not run beyond under virtual time.
      package var horizon: Ticks
      /// Whether the machine is to be reset first.
      package var resets: Bool
      /// Typed on the console since the last slice; at most `inputLimit` bytes.
      package var input: [UInt8]

      package init(nanoseconds: UInt64, horizon: Ticks = .max, resets: Bool = false, input: [UInt8] = []) {
        self.nanoseconds = nanoseconds
        self.horizon = horizon
        self.resets = resets
        self.input = input
      }
    }

    package static let inputLimit = 16 << 10

    private enum Tag: UInt8 { case run, hold, release, save }

    package var bytes: [UInt8] {
      var encoder = StateEncoder()
      switch self {
      case .run(let slice):
        encoder.encode(Tag.run.rawValue)
        encoder.encode(slice.nanoseconds)
        encoder.encode(slice.horizon)
        encoder.encode(slice.resets)
        encoder.encode(slice.input)
      case .hold: encoder.encode(Tag.hold.rawValue)
      case .release: encoder.encode(Tag.release.rawValue)
      case .save(let offset):
        encoder.encode(Tag.save.rawValue)
        encoder.encode(offset)
      }
      return encoder.bytes
    }

    package init(_ bytes: [UInt8]) throws(StateError) {
      var decoder = StateDecoder(bytes)
      switch Tag(rawValue: try decoder.decode(UInt8.self)) {
      case .run:
        self = .run(
          Slice(
            nanoseconds: try decoder.decode(UInt64.self), horizon: try decoder.decode(Ticks.self),
            resets: try decoder.decode(Bool.self),
            input: try decoder.decodeBytes()))
      case .hold: self = .hold
      case .release: self = .release
      case .save: self = .save(from: try decoder.decode(UInt64.self))
      case nil: throw decoder.invalid("request")
      }
    }
  }
#endif
