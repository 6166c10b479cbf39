#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a memory held at one moment. Any number of memories can begin with it, each keeping only the pages that it
/// changes for itself.
public final class MemoryImage: Sendable {
  /// What most pages are taken from, shared with other images of the same memory.
  let file: MemoryFile
  /// The pages that are not as in `file`, by their numbers in ascending order, and what is in them, one after the other.
  let changedPages: [UInt32]
  let changes: [UInt8]

  static let pageSize = 4096

  init(_ file: MemoryFile, changedPages: [UInt32] = [], changes: [UInt8] = []) {
    self.file = file
    self.changedPages = changedPages
    self.changes = changes
  }

  /// A copy of what a file holds now, which others may be writing to.
  /// - Parameters:
  ///   - descriptor: of a file whose length nobody can change.
  ///   - size: its length in bytes, a multiple of 4096.
  package static func copy(of descriptor: Int32, size: Int) throws(MemoryError) -> MemoryImage {
    let mapping = try HostMapping.map(count: size, of: UInt8.self, descriptor: descriptor)
    defer { HostMapping.unmap(mapping, count: size) }
    let builder = try MemoryImageBuilder(size: size)
    try MemoryFile.forEachDataRange(of: descriptor, size: size) { range throws(MemoryError) in
      try builder.write(
        UnsafeRawBufferPointer(start: mapping + range.lowerBound, count: range.count), at: range.lowerBound)
    }
    return builder.finish()
  }

  /// Length in bytes, a multiple of 4096.
  public var size: Int { file.size }

  /// Calls `body` with the number and the 4096 bytes of each page that holds anything but zeros, in order.
  public func forEachPage(_ body: (_ number: Int, _ bytes: UnsafeRawBufferPointer) -> Void) throws(MemoryError) {
    let mapping = try HostMapping.map(count: size, of: UInt8.self, descriptor: file.descriptor)
    defer { HostMapping.unmap(mapping, count: size) }
    var next = 0
    func tellChanges(before number: Int) {
      while next < changedPages.count, changedPages[next] < number {
        changes.withUnsafeBytes { changes in
          let page = UnsafeRawBufferPointer(
            rebasing: changes[next * Self.pageSize..<(next + 1) * Self.pageSize])
          if !page.isZero { body(Int(changedPages[next]), page) }
        }
        next += 1
      }
    }
    try file.forEachDataRange { range in
      for number in range.lowerBound / Self.pageSize..<(range.upperBound + Self.pageSize - 1) / Self.pageSize {
        tellChanges(before: number)
        if next < changedPages.count, changedPages[next] == number {
          tellChanges(before: number + 1)
        } else {
          let page = UnsafeRawBufferPointer(start: mapping + number * Self.pageSize, count: Self.pageSize)
          if !page.isZero { body(number, page) }
        }
      }
    }
    tellChanges(before: size / Self.pageSize)
  }
}

/// Makes an image out of pieces, for those who read one from a file or copy a memory.
public struct MemoryImageBuilder: ~Copyable {
  private let file: MemoryFile

  /// Begins with zeros.
  /// - Parameter size: bytes, a multiple of 4096.
  public init(size: Int) throws(MemoryError) { file = try MemoryFile(name: "roost-image", size: size) }

  /// Writes bytes from `offset` on, all of which have to lie inside.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(MemoryError) {
    var done = 0
    while done < bytes.count, let start = bytes.baseAddress {
      let count = pwrite(file.descriptor, start + done, bytes.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw MemoryError(size: file.size, errorNumber: errno) }
      done += count
    }
  }

  public consuming func finish() -> MemoryImage { MemoryImage(file) }
}

extension UnsafeRawBufferPointer {
  /// Whether all bytes of a page are zero.
  var isZero: Bool {
    var position = 0
    while position + 32 <= count {
      let words = loadUnaligned(fromByteOffset: position, as: SIMD4<UInt64>.self)
      if words != .zero { return false }
      position += 32
    }
    return self[position...].allSatisfy { $0 == 0 }
  }
}
