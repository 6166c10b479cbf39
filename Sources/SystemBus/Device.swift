import DeviceTree
import ISA

/// Why a physical access failed. The hart turns it into an access-fault trap of the guest.
public struct AccessFault: Error, Equatable, Sendable {
  public init() {}
}

/// A memory-mapped device. It knows offsets within its window, never addresses, and never a hart.
///
/// Offsets are always below `windowSize` and an access never leaves the window; a device must accept any width at any
/// alignment without trapping, and throw `AccessFault` for what the real device does not decode.
public protocol Device: AnyObject {
  /// Short name used in messages, statistics and snapshots, such as `uart0`.
  var name: String { get }
  /// Length of the register window in bytes.
  var windowSize: UInt32 { get }
  func read(at offset: UInt32, width: AccessWidth) throws(AccessFault) -> UInt32
  func write(_ value: UInt32, at offset: UInt32, width: AccessWidth) throws(AccessFault)
  /// Puts every register back to its power-on value and lowers every interrupt line.
  func reset()
  /// Adds the device's properties to its device-tree node, whose `reg` the board has set already.
  func describe(in node: inout DeviceNode)
  func save(to encoder: inout StateEncoder)
  func restore(from decoder: inout StateDecoder) throws(StateError)
}
