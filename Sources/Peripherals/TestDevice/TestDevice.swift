import DeviceTree
import ISA
import RegisterMaps
import SystemBus

/// How a guest ended its own run.
public enum TestOutcome: Equatable, Sendable {
  case pass
  /// The guest failed with a code of its own.
  case fail(code: UInt16)
  /// The guest asks for a reset of the machine.
  case reset
}

/// The SiFive test finisher: a guest writes here to end or reset the machine. It only reports; the board acts.
///
/// As in QEMU halves and words are decoded, reads give zero, and unknown commands are ignored.
public final class TestDevice: Device {
  public let name: String
  public let windowSize: UInt32 = TestDeviceRegisters.windowSize
  /// Told each time the guest finishes. The store that does it is still under way then.
  public var onFinish: ((TestOutcome) -> Void)?

  public init(name: String = "test") { self.name = name }

  public func read(at offset: UInt32, width: AccessWidth) throws(AccessFault) -> UInt32 {
    try requireDecoded(offset, width)
    return 0
  }

  public func write(_ value: UInt32, at offset: UInt32, width: AccessWidth) throws(AccessFault) {
    try requireDecoded(offset, width)
    guard offset == TestDeviceRegisters.command else { return }
    let value = width == .half ? value & 0xFFFF : value
    switch value & 0xFFFF {
    case TestDeviceRegisters.pass: onFinish?(.pass)
    case TestDeviceRegisters.fail: onFinish?(.fail(code: UInt16(truncatingIfNeeded: value >> 16)))
    case TestDeviceRegisters.reset: onFinish?(.reset)
    default: break
    }
  }

  private func requireDecoded(_ offset: UInt32, _ width: AccessWidth) throws(AccessFault) {
    guard width == .half || width == .word, offset & (width.bytes - 1) == 0 else { throw AccessFault() }
  }

  /// The device holds no state.
  public func reset() {}

  public func describe(in node: inout DeviceNode) {
    node.set("compatible", ["sifive,test1", "sifive,test0", "syscon"])
  }

  public func save(to encoder: inout StateEncoder) { encoder.section(name, version: 1) }

  public func restore(from decoder: inout StateDecoder) throws(StateError) { try decoder.section(name, newest: 1) }
}
