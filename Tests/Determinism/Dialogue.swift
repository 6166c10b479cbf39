import Peripherals

/// A console on which somebody types as soon as the guest has said what is waited for.
final class Dialogue: ConsoleSink {
  struct Step {
    var expect: String
    var type: String
  }

  private var steps: [Step]
  private var output: [UInt8] = []
  /// Up to where output has been looked at.
  private var seen = 0
  private var typed: [UInt8] = []
  private weak var uart: UART?

  init(_ steps: [Step]) { self.steps = steps }

  func connect(_ uart: UART) {
    self.uart = uart
    uart.onReceiveSpace = { [unowned self] in deliver() }
  }

  var isOver: Bool { steps.isEmpty && typed.isEmpty }
  var text: String { String(decoding: output, as: UTF8.self) }

  func write(_ byte: UInt8) { output.append(byte) }

  /// Looks at what was said, and types what is to be typed.
  func goOn() {
    guard let step = steps.first, let end = output[seen...].firstRange(of: Array(step.expect.utf8))?.upperBound else {
      return
    }
    seen = end
    steps.removeFirst()
    typed += Array(step.type.utf8)
    deliver()
  }

  private func deliver() {
    guard !typed.isEmpty, let uart else { return }
    typed.removeFirst(uart.receive(typed))
  }
}
