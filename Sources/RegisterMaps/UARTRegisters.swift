/// Registers of the NS16550A UART, one byte each, in a window of eight; offsets in bytes. Several share an offset:
/// direction or the divisor latch access bit (`LineControl.divisorLatch`) tells them apart.
public enum UARTRegisters {
  /// Number of byte registers.
  @inlinable public static var count: UInt32 { 8 }
  /// Depth in bytes of each FIFO.
  @inlinable public static var fifoDepth: Int { 16 }
  /// The clock in hertz that the divisor divides; one bit takes 16 × divisor periods of it.
  @inlinable public static var clockFrequency: UInt32 { 3_686_400 }

  /// Received byte (read), byte to send (write), or low byte of the divisor.
  @inlinable public static var data: UInt32 { 0 }
  /// `InterruptEnable`, or high byte of the divisor.
  @inlinable public static var interruptEnable: UInt32 { 1 }
  /// Interrupt identification, read-only: `InterruptID` in bits 3:0, `fifosEnabled` in 7:6.
  @inlinable public static var interruptID: UInt32 { 2 }
  /// `FIFOControl`, write-only.
  @inlinable public static var fifoControl: UInt32 { 2 }
  @inlinable public static var lineControl: UInt32 { 3 }
  @inlinable public static var modemControl: UInt32 { 4 }
  @inlinable public static var lineStatus: UInt32 { 5 }
  @inlinable public static var modemStatus: UInt32 { 6 }
  @inlinable public static var scratch: UInt32 { 7 }

  /// Bits 7:6 of the interrupt identification register while the FIFOs are on.
  @inlinable public static var fifosEnabled: UInt8 { 0xC0 }

  @frozen public struct InterruptEnable: OptionSet, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Received data and character timeout.
    @inlinable public static var receivedData: Self { Self(rawValue: 0x01) }
    @inlinable public static var transmitterEmpty: Self { Self(rawValue: 0x02) }
    @inlinable public static var lineStatus: Self { Self(rawValue: 0x04) }
    @inlinable public static var modemStatus: Self { Self(rawValue: 0x08) }
    @inlinable public static var all: Self { Self(rawValue: 0x0F) }
  }

  /// The source an interrupt identification names, highest priority first.
  @frozen public enum InterruptID: UInt8, Sendable {
    case lineStatus = 0x06
    case receivedData = 0x04
    case characterTimeout = 0x0C
    case transmitterEmpty = 0x02
    case modemStatus = 0x00
    case none = 0x01
  }

  @frozen public struct FIFOControl: OptionSet, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static var enable: Self { Self(rawValue: 0x01) }
    @inlinable public static var resetReceiver: Self { Self(rawValue: 0x02) }
    @inlinable public static var resetTransmitter: Self { Self(rawValue: 0x04) }
    /// Bytes in the receiver FIFO that raise the received-data interrupt: 1, 4, 8 or 14, chosen by bits 7:6.
    @inlinable public var trigger: Int {
      switch rawValue >> 6 {
      case 0: 1
      case 1: 4
      case 2: 8
      default: 14
      }
    }
  }

  @frozen public struct LineControl: OptionSet, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static var extraStopBit: Self { Self(rawValue: 0x04) }
    @inlinable public static var parity: Self { Self(rawValue: 0x08) }
    @inlinable public static var setBreak: Self { Self(rawValue: 0x40) }
    @inlinable public static var divisorLatch: Self { Self(rawValue: 0x80) }
    /// Eight data bits, no parity, one stop bit.
    @inlinable public static var eightBits: Self { Self(rawValue: 0x03) }
    /// Bits one character takes on the line: start, 5 to 8 data, parity, stop.
    @inlinable public var bitsPerCharacter: UInt32 {
      7 + UInt32(rawValue & 3) + (contains(.extraStopBit) ? 1 : 0) + (contains(.parity) ? 1 : 0)
    }
  }

  @frozen public struct ModemControl: OptionSet, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static var dataTerminalReady: Self { Self(rawValue: 0x01) }
    @inlinable public static var requestToSend: Self { Self(rawValue: 0x02) }
    @inlinable public static var out1: Self { Self(rawValue: 0x04) }
    @inlinable public static var out2: Self { Self(rawValue: 0x08) }
    @inlinable public static var loopback: Self { Self(rawValue: 0x10) }
    @inlinable public static var all: Self { Self(rawValue: 0x1F) }
  }

  @frozen public struct LineStatus: OptionSet, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static var dataReady: Self { Self(rawValue: 0x01) }
    @inlinable public static var overrun: Self { Self(rawValue: 0x02) }
    /// Room for a byte to send.
    @inlinable public static var transmitterHoldingEmpty: Self { Self(rawValue: 0x20) }
    /// Nothing on its way out either.
    @inlinable public static var transmitterEmpty: Self { Self(rawValue: 0x40) }
  }

  @frozen public struct ModemStatus: OptionSet, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static var deltaClearToSend: Self { Self(rawValue: 0x01) }
    @inlinable public static var deltaDataSetReady: Self { Self(rawValue: 0x02) }
    @inlinable public static var trailingEdgeRing: Self { Self(rawValue: 0x04) }
    @inlinable public static var deltaCarrierDetect: Self { Self(rawValue: 0x08) }
    @inlinable public static var clearToSend: Self { Self(rawValue: 0x10) }
    @inlinable public static var dataSetReady: Self { Self(rawValue: 0x20) }
    @inlinable public static var ring: Self { Self(rawValue: 0x40) }
    @inlinable public static var carrierDetect: Self { Self(rawValue: 0x80) }
    @inlinable public static var deltas: Self { Self(rawValue: 0x0F) }
  }
}
