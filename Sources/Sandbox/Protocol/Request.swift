#if os(Linux)
  import SystemBus

  /// What the monitor asks of a child that has its machine: to run a slice.
  struct Request: Equatable {
    var nanoseconds: UInt64
    /// Whether the machine is to be reset first.
    var resets = false
    /// Typed on the console since the last request; at most `inputLimit` bytes.
    var input: [UInt8] = []

    static let inputLimit = 16 << 10

    var bytes: [UInt8] {
      var encoder = StateEncoder()
      encoder.encode(nanoseconds)
      encoder.encode(resets)
      encoder.encode(input)
      return encoder.bytes
    }

    init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    init(_ bytes: [UInt8]) throws(StateError) {
      var decoder = StateDecoder(bytes)
      nanoseconds = try decoder.decode(UInt64.self)
      resets = try decoder.decode(Bool.self)
      input = try decoder.decodeBytes()
    }
  }
#endif
