#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads lines from a file descriptor through one large buffer, without copying them.
public struct LineReader: ~Copyable {
  private let descriptor: Int32
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
  private var start = 0
  private var end = 0

  /// Takes over the descriptor, and closes it at the end.
  public init(descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    buffer.deallocate()
    close(descriptor)
  }

  /// False when nothing came for so long that nothing will: a program that waits for ever.
  private func waitForInput() -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, 10_000) > 0
  }

  /// The next line without its line feed, valid until the next call; nil at the end of the input.
  public mutating func next() -> UnsafeRawBufferPointer? {
    var searched = start
    while true {
      let unread = UnsafeRawBufferPointer(rebasing: buffer[searched..<end])
      if let base = unread.baseAddress, let found = memchr(base, 0x0A, unread.count) {
        let length = searched - start + (UnsafeRawPointer(found) - base)
        let line = UnsafeRawBufferPointer(rebasing: buffer[start..<start + length])
        start += length + 1
        return line
      }
      searched = end
      guard let base = buffer.baseAddress else { return nil }
      if start > 0 {
        memmove(base, base + start, end - start)
        searched -= start
        end -= start
        start = 0
      }
      guard end < buffer.count, waitForInput() else { return nil }
      let count = read(descriptor, base + end, buffer.count - end)
      guard count > 0 else {
        defer { start = end }
        return end > start ? UnsafeRawBufferPointer(rebasing: buffer[start..<end]) : nil
      }
      end += count
    }
  }
}
