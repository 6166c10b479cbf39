import Peripherals

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Carries standard input to the guest: as fast as the UART takes it, and little further than that.
package final class ConsoleInput {
  private let descriptor: FileDescriptor?
  private let uart: UART
  private let isTerminal: Bool
  private var escape = EscapeSequence()
  /// Read, but not yet taken by the UART, from `position` on.
  private var pending: [UInt8] = []
  private var position = 0
  /// Whether no more will come.
  package private(set) var isAtEnd = false
  /// The most bytes read ahead of the guest. A terminal is read further, so that Ctrl-A x is seen when a guest that does
  /// not listen has been sent much.
  private var limit: Int { isTerminal ? 64 << 10 : 4096 }

  /// Told of the bytes for the guest as they arrive.
  package var onArrival: (([UInt8]) -> Void)?
  /// Set where the guest is to wait for its input: see `waitForInput`.
  private var isReadable: (() -> Bool)?

  /// - Parameters:
  ///   - descriptor: nil for no input.
  ///   - isTerminal: whether keys may be commands.
  package init(_ descriptor: FileDescriptor?, uart: UART, isTerminal: Bool) {
    self.descriptor = descriptor
    self.uart = uart
    self.isTerminal = isTerminal
    isAtEnd = descriptor == nil
    uart.onReceiveSpace = { [weak self] in self?.deliver() }
  }

  /// From here on the guest's time stands still while it has room for a byte and there is none, so that when bytes arrive
  /// on the host makes no difference to it.
  /// - Parameter isReadable: waits until there is something to read; false when there is something more urgent to do.
  package func waitForInput(_ isReadable: @escaping () -> Bool) {
    self.isReadable = isReadable
    deliver()
  }

  /// What was typed and the guest has not taken.
  package var waiting: [UInt8] { Array(pending[position...]) }

  /// Has the guest find bytes before all that comes.
  package func prepend(_ bytes: [UInt8]) {
    pending.insert(contentsOf: bytes, at: position)
    deliver()
  }

  /// Goes on waiting after what was more urgent has been done.
  package func waitAgain() { if isReadable != nil { deliver() } }

  /// What to wait on for more input; nil while there is enough, and after its end.
  package var awaited: FileDescriptor? {
    isAtEnd || isReadable != nil || pending.count - position >= limit ? nil : descriptor
  }

  /// Takes input that is ready to be read.
  /// - Returns: the commands in it.
  package func read() -> [EscapeSequence.Event] {
    var chunk = [UInt8](repeating: 0, count: min(limit - (pending.count - position), 4096))
    let count = chunk.withUnsafeMutableBytes { descriptor?.readSome($0) ?? 0 }
    guard count > 0 else {
      // End of input does not end the guest; neither does an input that fails.
      if count == 0 || (errno != EINTR && errno != EAGAIN) { isAtEnd = true }
      return []
    }
    let known = pending.count - position
    let commands = accept(chunk[..<count])
    if pending.count - position > known { onArrival?(Array(pending[(position + known)...])) }
    if isReadable == nil { deliver() }
    return commands
  }

  private func accept(_ bytes: ArraySlice<UInt8>) -> [EscapeSequence.Event] {
    if position > 0 {
      pending.removeFirst(position)
      position = 0
    }
    guard isTerminal else {
      pending += bytes
      return []
    }
    var commands: [EscapeSequence.Event] = []
    for byte in bytes {
      switch escape.take(byte) {
      case .key(let key): pending.append(key)
      case let command?: commands.append(command)
      case nil: break
      }
    }
    return commands
  }

  /// Sends bytes to the guest that no file has brought.
  package func send(_ bytes: [UInt8]) {
    pending += bytes
    deliver()
  }

  /// Gives the UART what it has room for.
  private func deliver() {
    repeat {
      while position == pending.count, !isAtEnd, uart.receiveSpace > 0, let isReadable {
        guard isReadable() else { return }
        _ = read()
      }
      guard position < pending.count else { return }
      let taken = uart.receive(pending[position...])
      position += taken
      if position == pending.count {
        pending.removeAll(keepingCapacity: true)
        position = 0
      }
      guard taken > 0 else { return }
    } while isReadable != nil
  }
}
