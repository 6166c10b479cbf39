/// What RAM a machine can have.
package enum MemoryLimits {
  package static let lowest = ByteSize(bytes: 64 << 10)
  package static let highest = ByteSize(bytes: UInt64(MachineConfiguration.memoryLimit))
  package static let page = ByteSize(bytes: 4096)

  /// Reads a size of RAM.
  package static func memory(parsing text: String) throws(QuantityError) -> ByteSize {
    let size = try ByteSize(parsing: text)
    guard size.bytes >= lowest.bytes, size.bytes <= highest.bytes else { throw .memoryOutOfRange(size) }
    guard size.bytes % page.bytes == 0 else { throw .memoryNotInPages(size) }
    return size
  }
}
