/// Why bytes are not a device tree that can be used.
public enum DeviceTreeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file ends inside its header.
  case tooShort(size: Int)
  case tooLarge(size: Int, limit: Int)
  case notADeviceTree(magic: UInt32)
  case unsupportedVersion(version: UInt32, compatible: UInt32)
  /// The header promises more bytes than there are.
  case truncated(promised: UInt32, size: Int)
  /// A block that the header places outside the blob.
  case blockOutside(block: Block, offset: UInt32)
  /// Something wrong in the structure block, at a byte offset from the start of the blob.
  case malformed(problem: Problem, offset: Int)

  public enum Block: String, Sendable {
    case reservations = "memory reservation block"
    case structure = "structure block"
    case strings = "strings block"
  }

  public enum Problem: Equatable, Sendable {
    case cutOff
    case unknownToken(UInt32)
    case nameTooLong(limit: Int)
    case nameNotText
    case nameOutsideStrings
    case propertyTooLong
    case propertyAfterChild
    case propertyOutsideNode
    case tooDeep(limit: Int)
    case noRoot
    case secondRoot
    case unbalanced
  }

  public var description: String {
    switch self {
    case .tooShort(let size):
      "a device tree blob starts with a header of \(BlobFormat.headerSize) bytes, but the file has only \(size)"
    case .tooLarge(let size, let limit): "the device tree has \(size) bytes; at most \(limit) are accepted"
    case .notADeviceTree(let magic):
      "not a device tree blob: it starts with \(hex(magic)) instead of \(hex(BlobFormat.magic))"
        + " (a text source must be compiled with dtc first)"
    case .unsupportedVersion(let version, let compatible):
      "device tree format version \(version) (compatible with \(compatible)) where \(BlobFormat.version) is needed;"
        + " write it again with dtc -V \(BlobFormat.version)"
    case .truncated(let promised, let size):
      "the device tree header gives a total size of \(promised) bytes, but the file has only \(size)"
    case .blockOutside(let block, let offset):
      "the device tree header places the \(block.rawValue) at offset \(offset), where it does not fit into the blob"
    case .malformed(let problem, let offset): "device tree, byte \(offset): \(problem)"
    }
  }
}

extension DeviceTreeError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cutOff: "the structure block ends in the middle of an item or without an end token"
    case .unknownToken(let token): "unknown token \(hex(token))"
    case .nameTooLong(let limit): "a name is longer than \(limit) bytes or has no end"
    case .nameNotText: "a name is not printable ASCII"
    case .nameOutsideStrings: "a property's name lies outside the strings block"
    case .propertyTooLong: "a property's value is longer than what is left of the structure block"
    case .propertyAfterChild: "a property follows a child node; properties must come first"
    case .propertyOutsideNode: "a property stands outside of every node"
    case .tooDeep(let limit): "nodes are nested more than \(limit) deep"
    case .noRoot: "there is no root node"
    case .secondRoot: "a second root node follows the first"
    case .unbalanced: "a node ends that never began"
    }
  }
}

private func hex(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }
