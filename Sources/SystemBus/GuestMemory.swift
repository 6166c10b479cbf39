/// Guest memory could not be had from the host.
public struct MemoryError: Error, CustomStringConvertible, Sendable {
  public let size: Int
  public let errorNumber: Int32
  public var description: String {
    "cannot reserve \(size >> 20) MiB of host memory for the guest (errno \(errorNumber)); use a smaller --memory"
  }
}

/// A piece of guest-physical memory backed by host memory, zero at the start and touched by the host only when used.
public final class GuestMemory {
  /// Guest-physical address of the first byte.
  public let base: UInt32
  /// Length in bytes; a multiple of 4096.
  public let size: Int
  /// First byte in host memory.
  public let pointer: UnsafeMutableRawPointer
  /// False for a boot ROM: guest stores then fault.
  public let isWritable: Bool

  public init(base: UInt32, size: Int, isWritable: Bool = true) throws(MemoryError) {
    let rounded = (size + 4095) & ~4095
    let mapping = try HostMapping.map(count: rounded, of: UInt8.self)
    self.base = base
    self.size = rounded
    self.pointer = UnsafeMutableRawPointer(mapping)
    self.isWritable = isWritable
  }

  deinit { HostMapping.unmap(pointer.assumingMemoryBound(to: UInt8.self), count: size) }

  /// True when `count` bytes at the guest-physical `address` all lie inside.
  public func contains(_ address: UInt32, count: Int = 1) -> Bool {
    address >= base && count >= 0 && count <= size && Int(address - base) <= size - count
  }

  /// Copies bytes in, for loaders. Returns false, having written nothing, when they do not fit.
  public func write(_ bytes: [UInt8], at address: UInt32) -> Bool {
    guard contains(address, count: bytes.count) else { return false }
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress {
        (pointer + Int(address - base)).copyMemory(from: start, byteCount: source.count)
      }
    }
    return true
  }

  /// Copies bytes out; nil when the range is not inside.
  public func read(at address: UInt32, count: Int) -> [UInt8]? {
    guard contains(address, count: count) else { return nil }
    return Array(UnsafeRawBufferPointer(start: pointer + Int(address - base), count: count))
  }

  /// Zeroes bytes, for loaders; whole pages are given back to the host rather than touched.
  public func zero(at address: UInt32, count: Int) {
    guard count > 0, contains(address, count: count) else { return }
    let start = Int(address - base)
    let firstPage = min((start + 4095) & ~4095, start + count)
    let lastPage = max((start + count) & ~4095, firstPage)
    (pointer + start).initializeMemory(as: UInt8.self, repeating: 0, count: firstPage - start)
    let whole = (pointer + firstPage).assumingMemoryBound(to: UInt8.self)
    if lastPage > firstPage { HostMapping.clear(whole, count: lastPage - firstPage) }
    (pointer + lastPage).initializeMemory(as: UInt8.self, repeating: 0, count: start + count - lastPage)
  }

  /// Gives every page back to the host; the guest then reads zeros.
  public func clear() { HostMapping.clear(pointer.assumingMemoryBound(to: UInt8.self), count: size) }
}
