#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Guest memory could not be had from the host.
public struct MemoryError: Error, CustomStringConvertible, Sendable {
  public let size: Int
  public let errorNumber: Int32
  /// Whether a descriptor was given that holds less than the memory.
  public var isFileTooShort = false

  package init(size: Int, errorNumber: Int32, isFileTooShort: Bool = false) {
    self.size = size
    self.errorNumber = errorNumber
    self.isFileTooShort = isFileTooShort
  }

  public var description: String {
    isFileTooShort
      ? "the file given for the guest's memory is shorter than its \(size >> 10) KiB; make it as long first"
      : "cannot reserve \(size >> 20) MiB of host memory for the guest (errno \(errorNumber)); use a smaller --memory"
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
  /// How the host's addresses around it are used, where they are.
  package let window: AddressWindow?

  /// Where the pages come from.
  enum Backing {
    /// Memory of this process alone.
    case own
    /// A descriptor, which others may have mapped too.
    case shared
    /// A file that nobody else has yet: it can become an image as it is.
    case file(MemoryFile)
    /// An image; pages that were changed since are this process's own.
    case image(MemoryImage)
  }

  var backing: Backing
  /// Bytes on each side that nothing can access: more than any displacement that an engine adds.
  static let guardSize = 64 << 10

  /// - Parameters:
  ///   - isInWindow: whether an `AddressWindow` is wanted around it, if the host has the addresses.
  ///   - descriptor: a file of at least `size` bytes, all zero, that becomes the memory; nil for memory of this
  ///     process alone. It may be closed afterwards. Whoever can shorten the file can end this process, so it should be
  ///     sealed against that if anyone else has it.
  public convenience init(
    base: UInt32, size: Int, isWritable: Bool = true, isInWindow: Bool = false, descriptor: Int32? = nil
  ) throws(MemoryError) {
    let rounded = (size + 4095) & ~4095
    if let descriptor { try Self.checkLength(of: descriptor, size: rounded) }
    try self.init(
      base: base, rounded: rounded, isWritable: isWritable, isInWindow: isInWindow, descriptor: descriptor,
      backing: descriptor == nil ? .own : .shared)
  }

  /// Memory that can be frozen at once, without a copy, the first time; see `freeze`.
  public convenience init(freezable size: Int, base: UInt32, isInWindow: Bool = false) throws(MemoryError) {
    let rounded = (size + 4095) & ~4095
    let file = try MemoryFile(name: "roost-ram", size: rounded)
    try self.init(
      base: base, rounded: rounded, isWritable: true, isInWindow: isInWindow, descriptor: file.descriptor,
      backing: .file(file))
  }

  /// Memory that begins as `image`.
  public convenience init(_ image: MemoryImage, base: UInt32, isInWindow: Bool = false) throws(MemoryError) {
    try self.init(base: base, size: image.size, isInWindow: isInWindow)
    try adopt(image)
  }

  private init(
    base: UInt32, rounded size: Int, isWritable: Bool, isInWindow: Bool, descriptor: Int32?, backing: Backing
  ) throws(MemoryError) {
    self.base = base
    self.size = size
    self.isWritable = isWritable
    self.backing = backing
    if isInWindow, let room = AddressWindow.room(base: base, size: size),
      let mapping = try? HostMapping.map(
        count: size, of: UInt8.self, guardSize: Self.guardSize, room: room, descriptor: descriptor)
    {
      pointer = UnsafeMutableRawPointer(mapping)
      window = AddressWindow(around: pointer, base: base, size: size)
    } else {
      pointer = UnsafeMutableRawPointer(
        try HostMapping.map(count: size, of: UInt8.self, guardSize: Self.guardSize, descriptor: descriptor))
      window = nil
    }
  }

  deinit {
    let room = window == nil ? nil : AddressWindow.room(base: base, size: size)
    HostMapping.unmap(
      pointer.assumingMemoryBound(to: UInt8.self), count: size, guardSize: Self.guardSize, room: room ?? (0, 0))
  }

  /// Beyond the end of a file its mapping ends the process.
  private static func checkLength(of descriptor: Int32, size: Int) throws(MemoryError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw MemoryError(size: size, errorNumber: errno) }
    guard Int(status.st_size) >= size else {
      throw MemoryError(size: size, errorNumber: 0, isFileTooShort: true)
    }
  }

  /// True when `count` bytes at the guest-physical `address` all lie inside.
  public func contains(_ address: UInt32, count: Int = 1) -> Bool {
    address >= base && count >= 0 && count <= size && Int(address - base) <= size - count
  }

  /// Copies bytes in, for loaders. Returns false, having written nothing, when they do not fit.
  public func write(_ bytes: [UInt8], at address: UInt32) -> Bool { write(bytes[...], at: address) }

  /// The same for a part of an array, which is not copied first.
  public func write(_ bytes: ArraySlice<UInt8>, at address: UInt32) -> Bool {
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
    if lastPage > firstPage {
      if case .image = backing {
        // Pages given back would be the image's again.
        whole.initialize(repeating: 0, count: lastPage - firstPage)
      } else {
        HostMapping.clear(whole, count: lastPage - firstPage, isShared: isShared)
      }
    }
    (pointer + lastPage).initializeMemory(as: UInt8.self, repeating: 0, count: start + count - lastPage)
  }

  private var isShared: Bool {
    switch backing {
    case .own, .image: false
    case .shared, .file: true
    }
  }

  /// Gives every page back to the host; the guest then reads zeros.
  public func clear() {
    if case .image = backing {
      if (try? HostMapping.replaceWithZeros(pointer, count: size)) != nil {
        backing = .own
      } else {
        pointer.initializeMemory(as: UInt8.self, repeating: 0, count: size)
      }
    } else {
      HostMapping.clear(pointer.assumingMemoryBound(to: UInt8.self), count: size, isShared: isShared)
    }
  }

  /// Bytes of the pages that the host keeps in memory for it now, whoever touched them; of one that began as an image,
  /// those that are no longer as there.
  public var residentBytes: Int {
    if case .image = backing, let own = HostMapping.ownRanges(pointer, count: size, overFile: true) {
      return own.reduce(0) { $0 + $1.count }
    }
    return HostMapping.residentBytes(pointer, count: size)
  }
}
