import Control
import Foundation

/// A client that sends any bytes.
final class RawClient {
  private let socket: UnixSocket

  init(_ socket: UnixSocket) throws { self.socket = socket }

  /// Sends as much as the server takes within a moment, or until it hangs up.
  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    let deadline = Date(timeIntervalSinceNow: 2)
    while !rest.isEmpty && Date() < deadline {
      let count = rest.withUnsafeBytes { Foundation.send(socket.descriptor, $0.baseAddress, $0.count, Self.flags) }
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EAGAIN { return }
      readSome()
    }
  }

  private var received: [UInt8] = []
  private var hasEnded = false

  private static var flags: Int32 {
    #if canImport(Darwin)
      0
    #else
      Int32(MSG_NOSIGNAL)
    #endif
  }

  private func readSome() {
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = recv(socket.descriptor, &chunk, chunk.count, 0)
    if count > 0 { received += chunk[..<count] }
    if count == 0 { hasEnded = true }
  }

  /// All that the server says until it hangs up; at most for ten seconds.
  func readToEnd() -> String {
    let deadline = Date(timeIntervalSinceNow: 10)
    while !hasEnded && Date() < deadline {
      readSome()
      usleep(1000)
    }
    return hasEnded ? String(decoding: received, as: UTF8.self) : "still connected"
  }
}
