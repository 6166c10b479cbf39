/// What was typed and the guest has not read yet. It goes into the UART whenever that has room.
public final class TypedInput {
  private let uart: UART
  private var bytes: [UInt8] = []
  private var position = 0

  public init(for uart: UART) {
    self.uart = uart
    uart.onReceiveSpace = { [unowned self] in deliver() }
  }

  /// How many bytes wait.
  public var count: Int { bytes.count - position }

  /// What waits.
  public var waiting: ArraySlice<UInt8> { bytes[position...] }

  public func append(_ new: [UInt8]) {
    if position > 0 {
      bytes.removeFirst(position)
      position = 0
    }
    bytes += new
    deliver()
  }

  private func deliver() {
    guard position < bytes.count else { return }
    position += uart.receive(bytes[position...])
    if position == bytes.count {
      bytes.removeAll()
      position = 0
    }
  }
}
