import Boards
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes a snapshot file from its first byte on; the head comes last, so that a file that is not finished is none.
struct SnapshotWriter {
  private let descriptor: Int32
  /// Names the file in errors.
  private let path: String
  private var position: UInt64
  private var entries: [SnapshotFormat.Entry] = []

  /// Writes all of a file.
  static func write(_ guest: SavedGuest, to descriptor: Int32, path: String) throws(SnapshotFileError) {
    let notes = guest.notes.filter { SnapshotFormat.isName($0.key) && !SnapshotFormat.Section.own.contains($0.key) }
      .filter { $0.value.count <= SavedGuest.noteLimit }.sorted { $0.key < $1.key }.prefix(32)
    let sections =
      [
        (SnapshotFormat.Section.machine, guest.machine.encoded()),
        (SnapshotFormat.Section.typed, guest.typed), (SnapshotFormat.Section.origin, Array(guest.origin.utf8)),
      ] + notes.map { ($0.key, $0.value) }
    var writer = SnapshotWriter(descriptor, path: path, sections: sections.count + 2)
    for (name, bytes) in sections { try writer.add(name, bytes) }
    try writer.add(guest.machine.ram)
    try writer.write(SnapshotFormat.head(writer.entries), at: 0)
  }

  private init(_ descriptor: Int32, path: String, sections: Int) {
    (self.descriptor, self.path) = (descriptor, path)
    position = UInt64(SnapshotFormat.headerSize + sections * SnapshotFormat.entrySize)
  }

  private mutating func add(_ name: String, _ bytes: [UInt8]) throws(SnapshotFileError) {
    try write(bytes, at: position)
    note(name, length: bytes.count, SectionDigest(of: bytes))
  }

  private mutating func note(_ name: String, length: Int, _ digest: SectionDigest) {
    entries.append(.init(name: name, offset: position, length: UInt64(length), digest: digest.value))
    position += UInt64(length)
  }

  /// Adds the pages that hold anything, and then which they are.
  private mutating func add(_ image: MemoryImage) throws(SnapshotFileError) {
    let pages = Gathering(descriptor, from: position)
    do throws(MemoryError) {
      try image.forEachPage { pages.add($0, $1) }
    } catch {
      throw .noMemory(file: path, error)
    }
    pages.flush()
    guard pages.failure == 0 else { throw .cannotWrite(file: path, reason: errorText(pages.failure)) }
    note(SnapshotFormat.Section.pages, length: pages.count, pages.digest)
    var runs = StateEncoder()
    for run in pages.runs {
      runs.encode(UInt32(truncatingIfNeeded: run.lowerBound))
      runs.encode(UInt32(truncatingIfNeeded: run.count))
    }
    try add(SnapshotFormat.Section.runs, runs.bytes)
  }

  private func write(_ bytes: [UInt8], at offset: UInt64) throws(SnapshotFileError) {
    let failure = bytes.withUnsafeBytes { Self.write($0, to: descriptor, at: offset) }
    guard failure == 0 else { throw .cannotWrite(file: path, reason: errorText(failure)) }
  }

  /// Zero, or `errno`.
  fileprivate static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: UInt64) -> Int32 {
    var done = 0
    while done < bytes.count, let start = bytes.baseAddress {
      let count = pwrite(descriptor, start + done, bytes.count - done, off_t(offset) + off_t(done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count < 0 ? errno : ENOSPC }
      done += count
    }
    return 0
  }
}

/// Gathers pages into pieces, which are hashed and written.
private final class Gathering {
  private let descriptor: Int32
  private let start: UInt64
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SectionDigest.pieceSize, alignment: 4096)
  private var filled = 0
  /// Bytes written.
  private(set) var count = 0
  private(set) var digest = SectionDigest()
  /// Numbers of pages.
  private(set) var runs: [Range<Int>] = []
  /// Why something could not be written, as in `errno`; nothing more is, then.
  private(set) var failure: Int32 = 0

  init(_ descriptor: Int32, from start: UInt64) { (self.descriptor, self.start) = (descriptor, start) }

  deinit { buffer.deallocate() }

  func add(_ number: Int, _ page: UnsafeRawBufferPointer) {
    guard failure == 0 else { return }
    if let last = runs.last, last.upperBound == number {
      runs[runs.count - 1] = last.lowerBound..<number + 1
    } else {
      runs.append(number..<number + 1)
    }
    UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + page.count]).copyMemory(from: page)
    filled += page.count
    if filled == buffer.count { flush() }
  }

  func flush() {
    guard failure == 0, filled > 0 else { return }
    let piece = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
    digest.append(piece)
    failure = SnapshotWriter.write(piece, to: descriptor, at: start + UInt64(count))
    count += filled
    filled = 0
  }
}
