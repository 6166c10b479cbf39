import CHost
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A unix socket, listening or connected, that never blocks; closed when it is let go.
public final class UnixSocket: Sendable {
  package let descriptor: Int32

  private init(_ descriptor: Int32) {
    self.descriptor = descriptor
    makeCloseOnExecAndNonblocking(descriptor)
    #if canImport(Darwin)
      var on: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  deinit { close(descriptor) }

  // MARK: Making one

  private static var streamType: Int32 {
    #if canImport(Glibc)
      Int32(SOCK_STREAM.rawValue)
    #else
      SOCK_STREAM
    #endif
  }

  private static func make() throws(ControlError) -> UnixSocket {
    let descriptor = socket(AF_UNIX, streamType, 0)
    guard descriptor >= 0 else { throw .system(what: "a socket", reason: systemErrorText(errno)) }
    return UnixSocket(descriptor)
  }

  /// Two that are connected to each other.
  public static func pair() throws(ControlError) -> (UnixSocket, UnixSocket) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, streamType, 0, &ends) == 0 else {
      throw .system(what: "a pair of sockets", reason: systemErrorText(errno))
    }
    return (UnixSocket(ends[0]), UnixSocket(ends[1]))
  }

  /// Listens at `path`, where nothing must be yet. Only this user may connect.
  /// - Parameter backlog: how many may wait to be accepted; the host has a limit of its own.
  public static func listen(at path: String, backlog: Int32 = SOMAXCONN) throws(ControlError) -> UnixSocket {
    let made = try make()
    let bound = try withAddress(path) { bind(made.descriptor, $0, $1) }
    // Nobody can connect between these: that takes a socket that listens.
    guard bound == 0, chmod(path, 0o600) == 0, hostListen(made.descriptor, backlog) == 0 else {
      throw .system(what: path, reason: systemErrorText(errno))
    }
    return made
  }

  /// Connects to whoever listens at `path`; nil if nobody does.
  /// - Parameter patience: for how many nanoseconds it is tried again while too many others wait there.
  public static func connect(to path: String, patience: UInt64 = 2_000_000_000) throws(ControlError) -> UnixSocket? {
    let made = try make()
    let start = HostTime.now
    while true {
      let failure = try withAddress(path) { hostConnect(made.descriptor, $0, $1) == 0 ? 0 : errno }
      switch failure {
      case 0: return made
      case ENOENT, ECONNREFUSED, ENOTDIR: return nil
      case EAGAIN, EINTR:
        guard HostTime.now - start < patience else { throw .busy }
        usleep(5000)
      default: throw .system(what: path, reason: systemErrorText(failure))
      }
    }
  }

  /// The longest path of a socket, in bytes.
  static let pathLimit = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

  private static func withAddress<Result>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) throws(ControlError) -> Result {
    let bytes = Array(path.utf8)
    guard bytes.count <= pathLimit else { throw .pathTooLong(path: path, limit: pathLimit) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  // MARK: Using one

  enum Accepted {
    case socket(UnixSocket)
    case nobody
    /// The host has no descriptor or memory left for it; it goes on waiting.
    case noResources
  }

  /// The next connection that waits.
  func accept() -> Accepted {
    while true {
      let accepted = hostAccept(descriptor, nil, nil)
      if accepted >= 0 { return .socket(UnixSocket(accepted)) }
      switch errno {
      case EAGAIN, EWOULDBLOCK: return .nobody
      case EINTR, ECONNABORTED: continue
      default: return .noResources
      }
    }
  }

  /// Whether this user, or root, is at the other end.
  package var isPeerTrusted: Bool {
    var user: UInt32 = .max
    return chost_peer_user(descriptor, &user) == 0 && (user == geteuid() || user == 0)
  }

  enum Transfer: Equatable {
    case bytes(Int)
    case later
    case ended
  }

  /// Reads what there is, at most `buffer.count` bytes.
  func read(into buffer: inout [UInt8]) -> Transfer {
    Self.transfer(buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }, isRead: true)
  }

  /// Writes what can be written.
  func write(_ bytes: ArraySlice<UInt8>) -> Transfer {
    #if canImport(Darwin)
      let flags: Int32 = 0
    #else
      let flags = Int32(truncatingIfNeeded: MSG_NOSIGNAL)
    #endif
    return Self.transfer(bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }, isRead: false)
  }

  private static func transfer(_ count: Int, isRead: Bool) -> Transfer {
    if count > 0 || (count == 0 && !isRead) { return .bytes(count) }
    if count < 0 && [EAGAIN, EWOULDBLOCK, EINTR].contains(errno) { return .later }
    return .ended
  }
}

// The C functions, under names that no method shadows.
private let hostListen = listen
private let hostConnect = connect
private let hostAccept = accept
