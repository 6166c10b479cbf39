/// A node of a device tree: named properties and children, both in order (Devicetree Specification, chapter 2).
public struct DeviceNode: Equatable, Sendable {
  /// A property: its name and its raw big-endian value.
  public struct Property: Equatable, Sendable {
    public var name: String
    public var value: [UInt8]
  }

  /// The node's name with its unit address, such as `serial@10000000`; empty for the root.
  public var name: String
  public var properties: [Property] = []
  public var children: [DeviceNode] = []

  public init(_ name: String = "") { self.name = name }

  /// Sets or replaces a property.
  public mutating func set(_ name: String, bytes value: [UInt8]) {
    if let index = properties.firstIndex(where: { $0.name == name }) {
      properties[index].value = value
    } else {
      properties.append(Property(name: name, value: value))
    }
  }

  /// An empty property: a flag.
  public mutating func set(_ name: String) { set(name, bytes: []) }
  public mutating func set(_ name: String, _ text: String) { set(name, bytes: Array(text.utf8) + [0]) }
  public mutating func set(_ name: String, _ list: [String]) { set(name, bytes: list.flatMap { Array($0.utf8) + [0] }) }
  public mutating func set(_ name: String, _ cells: UInt32...) { set(name, cells: cells) }
  public mutating func set(_ name: String, cells: [UInt32]) {
    set(name, bytes: cells.flatMap { cell in (0..<4).map { UInt8(truncatingIfNeeded: cell >> (24 - 8 * $0)) } })
  }

  public subscript(_ name: String) -> [UInt8]? { properties.first { $0.name == name }?.value }
}
