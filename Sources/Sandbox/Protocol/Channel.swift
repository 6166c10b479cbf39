#if os(Linux)
  import CHost
  import Glibc

  /// One end of a connection that carries whole messages between the monitor and a child.
  struct Channel {
    let descriptor: CInt

    /// The longest message, in bytes.
    static let limit = 64 << 10

    enum Received: Equatable {
      case message([UInt8])
      /// The other end is gone.
      case closed
      case tooLong
    }

    /// Makes a connected pair; children started later do not inherit either end unless told to.
    static func pair() throws(SandboxError) -> (OpenDescriptor, OpenDescriptor) {
      var ends: [CInt] = [-1, -1]
      let kind = CInt(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
      guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
        throw .noResources(what: "socket", reason: errnoText())
      }
      return (OpenDescriptor(ends[0]), OpenDescriptor(ends[1]))
    }

    /// Waits until there is something to receive, for so many nanoseconds at most.
    func wait(nanoseconds: UInt64) -> Bool {
      var ready: (Int16, Int16) = (0, 0)
      withUnsafeMutableBytes(of: &ready) { ready in
        _ = chost_wait(
          descriptor, Int16(POLLIN), -1, 0, Int64(clamping: nanoseconds),
          ready.assumingMemoryBound(to: Int16.self).baseAddress)
      }
      return ready.0 != 0
    }

    /// Sends a message without waiting for room: there is always some between two that keep to the protocol.
    func send(_ message: [UInt8]) -> Bool {
      let sent = message.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
      }
      return sent == message.count
    }

    /// Waits for a message.
    func receive() -> Received {
      var failure: CInt = 0
      var length = 0
      let message = [UInt8](unsafeUninitializedCapacity: Self.limit) { buffer, filled in
        repeat {
          // With MSG_TRUNC the result is the length of the message even where that is more than fits.
          length = recv(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_TRUNC))
          failure = length < 0 ? errno : 0
        } while failure == EINTR
        filled = max(0, min(length, buffer.count))
      }
      if length <= 0 { return .closed }
      return length > Self.limit ? .tooLong : .message(message)
    }
  }

  /// The words for `errno`.
  func errnoText(_ number: CInt = errno) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }
#endif
