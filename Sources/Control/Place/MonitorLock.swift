import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Held by the one monitor of a fleet. The host lets go of it when the process ends, even by SIGKILL, so it never lies.
public final class MonitorLock: Sendable {
  private let descriptor: Int32
  private let place: FleetPlace

  /// Nanoseconds for which a monitor that is ending is waited for.
  private static let patience: UInt64 = 2_000_000_000

  private init(_ descriptor: Int32, _ place: FleetPlace) {
    self.descriptor = descriptor
    self.place = place
  }

  deinit { close(descriptor) }

  /// Takes the lock of a place.
  public static func take(_ place: FleetPlace) throws(ControlError) -> MonitorLock {
    let descriptor = open(place.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .system(what: place.lock, reason: systemErrorText(errno)) }
    let lock = MonitorLock(descriptor, place)
    try lock.acquire()
    lock.note()
    return lock
  }

  private func acquire() throws(ControlError) {
    let start = HostTime.now
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw .system(what: place.lock, reason: systemErrorText(errno))
      }
      // When nobody listens, its holder is about to end.
      guard try !isServed(), HostTime.now - start < Self.patience else {
        throw .alreadyRunning(fleet: place.fleet, process: Self.holder(place))
      }
      usleep(10_000)
    }
  }

  /// Whether somebody listens at the place's socket.
  private func isServed() throws(ControlError) -> Bool {
    do throws(ControlError) {
      return try UnixSocket.connect(to: place.socket, patience: 0) != nil
    } catch {
      guard error == .busy else { throw error }
      return true
    }
  }

  /// Writes down whose it is.
  private func note() {
    let text = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.count, 0)
  }

  /// Listens at the fleet's socket, whatever a monitor that was killed has left there.
  public func listen() throws(ControlError) -> UnixSocket {
    unlink(place.socket)
    return try UnixSocket.listen(at: place.socket)
  }

  /// Takes the socket away. To be called before the lock is let go.
  public func removeSocket() { unlink(place.socket) }

  /// The process that took a lock last, if it wrote that down.
  private static func holder(_ place: FleetPlace) -> Int32? {
    let file = open(place.lock, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = read(file, &bytes, bytes.count)
    return Int32(String(decoding: bytes.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }

  /// Waits until no monitor holds the lock of a place.
  /// - Parameter nanoseconds: the longest wait.
  public static func waitUntilFree(_ place: FleetPlace, nanoseconds: UInt64) -> Bool {
    let file = open(place.lock, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return true }
    defer { close(file) }
    let start = HostTime.now
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      guard HostTime.now - start < nanoseconds else { return false }
      usleep(2000)
    }
    return true
  }
}
