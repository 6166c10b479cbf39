#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Waits for any of several descriptors.
package struct Poller {
  private var polled: [pollfd] = []

  package init() {}

  /// Waits for `descriptor` too, for as long as this poller is used. What `ready` is asked by is its place.
  @discardableResult
  package mutating func add(_ descriptor: Int32, input: Bool = true, output: Bool = false) -> Int {
    let events = (input ? POLLIN : 0) | (output ? POLLOUT : 0)
    polled.append(pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0))
    return polled.count - 1
  }

  /// Waits until one is ready, a signal arrives, or so many nanoseconds have passed; nil for ever.
  package mutating func wait(nanoseconds: UInt64?) {
    let milliseconds = nanoseconds.map { Int32(clamping: $0 / 1_000_000 + ($0 % 1_000_000 == 0 ? 0 : 1)) } ?? -1
    if poll(&polled, nfds_t(polled.count), milliseconds) < 0 {
      for index in polled.indices { polled[index].revents = 0 }
    }
  }

  /// Whether the descriptor at a place can be read, has ended or has failed.
  package func isReadable(_ place: Int) -> Bool { has(place, POLLIN | POLLHUP | POLLERR | POLLNVAL) }
  package func isWritable(_ place: Int) -> Bool { has(place, POLLOUT | POLLHUP | POLLERR | POLLNVAL) }
  /// Whether nobody is at the other end any more.
  package func isAbandoned(_ place: Int) -> Bool { has(place, POLLHUP | POLLERR | POLLNVAL) }

  private func has(_ place: Int, _ events: some BinaryInteger) -> Bool {
    polled.indices.contains(place) && polled[place].revents & Int16(truncatingIfNeeded: events) != 0
  }
}
