import Boards
import GuestImage
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads a snapshot file, whatever bytes it has: nothing is believed before its checksum has been seen to be right, and
/// nothing is allocated that is larger than the file.
///
/// The file is read rather than mapped, as anybody may shorten it meanwhile.
struct SnapshotReader {
  private let path: String
  private let descriptor: Int32
  private let entries: [SnapshotFormat.Entry]

  /// - Parameters:
  ///   - descriptor: of the file, open for reading; it stays open.
  ///   - length: of the file, in bytes.
  ///   - path: names it in errors.
  init(descriptor: Int32, length: UInt64, path: String) throws(SnapshotFileError) {
    (self.descriptor, self.path) = (descriptor, path)
    let header: SnapshotFormat.Header
    do throws(Failure) {
      header = try Self.header(descriptor, length)
      guard header.length == length else {
        throw length < header.length
          ? .truncated(length, expected: header.length) : .flaw(.damaged("something was put behind its end"))
      }
      entries = try Self.table(descriptor, header)
    } catch {
      throw error.of(path)
    }
  }

  /// What can happen to any file.
  private enum Failure: Error {
    case flaw(SnapshotFormat.Flaw)
    case truncated(UInt64, expected: UInt64)
    case cannotRead(Int32)
    case shrunk

    func of(_ path: String) -> SnapshotFileError {
      switch self {
      case .flaw(.notASnapshot): .notASnapshot(file: path)
      case .flaw(.otherVersion(let version)): .otherVersion(file: path, version: version)
      case .flaw(.damaged(let what)): .damaged(file: path, what: what)
      case .truncated(let length, let expected): .truncated(file: path, length: length, expected: expected)
      case .cannotRead(let number): .cannotRead(file: path, reason: errorText(number))
      case .shrunk: .cannotRead(file: path, reason: "it was shortened meanwhile")
      }
    }
  }

  private static func header(_ descriptor: Int32, _ length: UInt64) throws(Failure) -> SnapshotFormat.Header {
    let count = Int(min(length, UInt64(SnapshotFormat.headerSize)))
    let bytes = try read(descriptor, at: 0, count: count)
    do throws(SnapshotFormat.Flaw) { return try SnapshotFormat.header(bytes) } catch { throw .flaw(error) }
  }

  private static func table(
    _ descriptor: Int32, _ header: SnapshotFormat.Header
  ) throws(Failure) -> [SnapshotFormat.Entry] {
    let size = header.sections * SnapshotFormat.entrySize
    guard UInt64(SnapshotFormat.headerSize + size) <= header.length else {
      throw .flaw(.damaged("its table of sections is longer than it"))
    }
    let bytes = try read(descriptor, at: UInt64(SnapshotFormat.headerSize), count: size)
    do throws(SnapshotFormat.Flaw) { return try SnapshotFormat.table(bytes, of: header) } catch { throw .flaw(error) }
  }

  // MARK: Sections

  /// Everything in the file.
  func guest() throws(SnapshotFileError) -> SavedGuest {
    let machine = try required(SnapshotFormat.Section.machine)
    let snapshot: MachineSnapshot
    do {
      snapshot = try MachineSnapshot(machine) { size in try image(size: size) }
    } catch let error as SnapshotFileError {
      throw error
    } catch {
      throw .damaged(file: path, what: "\(error)")
    }
    var guest = SavedGuest(snapshot)
    guest.typed = try section(SnapshotFormat.Section.typed) ?? []
    guest.origin = String(decoding: try section(SnapshotFormat.Section.origin) ?? [], as: UTF8.self)
    for entry in entries where !SnapshotFormat.Section.own.contains(entry.name) {
      guest.notes[entry.name] = try section(entry.name)
    }
    return guest
  }

  /// What the machine is made of, without reading its memory.
  func configuration() throws(SnapshotFileError) -> MachineConfiguration {
    let bytes = try required(SnapshotFormat.Section.machine)
    do {
      return try MachineSnapshot.configuration(of: bytes)
    } catch {
      throw .damaged(file: path, what: "\(error)")
    }
  }

  private func required(_ name: String) throws(SnapshotFileError) -> [UInt8] {
    guard let bytes = try section(name) else { throw damaged("it has no section '\(name)'") }
    return bytes
  }

  private func entry(_ name: String) -> SnapshotFormat.Entry? { entries.first { $0.name == name } }

  private func damaged(_ what: String) -> SnapshotFileError { .damaged(file: path, what: what) }

  /// The bytes of a section as they were written; nil when there is none.
  private func section(_ name: String) throws(SnapshotFileError) -> [UInt8]? {
    guard let entry = entry(name) else { return nil }
    let isMachine = name == SnapshotFormat.Section.machine
    let limit = isMachine ? SnapshotFormat.machineLimit : UInt64(SavedGuest.noteLimit)
    guard entry.length <= limit else { throw damaged("section '\(name)' is larger than any can be") }
    let bytes: [UInt8]
    do throws(Failure) {
      bytes = try Self.read(descriptor, at: entry.offset, count: Int(entry.length))
    } catch {
      throw error.of(path)
    }
    guard SectionDigest(of: bytes).value == entry.digest else { throw notAsWritten(name) }
    return bytes
  }

  private func notAsWritten(_ name: String) -> SnapshotFileError {
    damaged("section '\(name)' is not as it was written")
  }

  // MARK: RAM

  /// What RAM held.
  /// - Parameter size: of RAM, in bytes.
  private func image(size: Int) throws(SnapshotFileError) -> MemoryImage {
    let builder: MemoryImageBuilder
    do throws(MemoryError) { builder = try MemoryImageBuilder(size: size) } catch { throw .noMemory(file: path, error) }
    try readPages(into: builder, size: size)
    return builder.finish()
  }

  /// Everything but notes, with what RAM held written to `ram`, which must hold zeros.
  func contents(into ram: GuestMemory) throws(SnapshotFileError) -> SnapshotContents {
    let machine = try required(SnapshotFormat.Section.machine)
    try readPages(into: MappedPages(ram: ram), size: ram.size)
    return SnapshotContents(machine: machine, typed: try section(SnapshotFormat.Section.typed) ?? [])
  }

  /// Puts the pages where they belong, a piece at a time.
  /// - Parameter size: of RAM, in bytes.
  private func readPages<Target: PageTarget & ~Copyable>(
    into target: borrowing Target, size: Int
  ) throws(SnapshotFileError) {
    guard let entry = entry(SnapshotFormat.Section.pages) else { throw damaged("it has no section 'pages'") }
    let runs = try pageRuns(size: size)
    let total = runs.reduce(0) { $0 + $1.count }
    guard entry.length == UInt64(total) else { throw damaged("its pages are not as many as its numbers of pages") }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SectionDigest.pieceSize, alignment: 4096)
    defer { buffer.deallocate() }
    var digest = SectionDigest()
    var rest = runs[...]
    var done = 0
    while done < total {
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, total - done)])
      do throws(Failure) {
        try Self.read(descriptor, at: entry.offset + UInt64(done), into: piece)
      } catch {
        throw error.of(path)
      }
      digest.append(UnsafeRawBufferPointer(piece))
      done += piece.count
      do throws(MemoryError) {
        try Self.scatter(UnsafeRawBufferPointer(piece), over: &rest, of: target)
      } catch {
        throw .noMemory(file: path, error)
      }
    }
    guard digest.value == entry.digest else { throw notAsWritten(entry.name) }
  }

  /// Writes bytes to the first places of `runs`, and takes those away.
  private static func scatter<Target: PageTarget & ~Copyable>(
    _ bytes: UnsafeRawBufferPointer, over runs: inout ArraySlice<Range<Int>>, of target: borrowing Target
  ) throws(MemoryError) {
    var bytes = bytes[...]
    while !bytes.isEmpty, let run = runs.first {
      let count = min(run.count, bytes.count)
      try target.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(count)), at: run.lowerBound)
      bytes = bytes.dropFirst(count)
      if count == run.count {
        runs.removeFirst()
      } else {
        runs[runs.startIndex] = run.lowerBound + count..<run.upperBound
      }
    }
  }

  /// Where the pages belong, in bytes of RAM, in ascending order.
  private func pageRuns(size: Int) throws(SnapshotFileError) -> [Range<Int>] {
    let bytes = try required(SnapshotFormat.Section.runs)
    guard bytes.count % 8 == 0 else { throw damaged("its numbers of pages make no sense") }
    var decoder = StateDecoder(bytes)
    var runs: [Range<Int>] = []
    while !decoder.isAtEnd, let first = try? decoder.decode(UInt32.self), let count = try? decoder.decode(UInt32.self) {
      let start = Int(first) * SnapshotFormat.pageSize
      let end = start + Int(count) * SnapshotFormat.pageSize
      guard count > 0, start >= runs.last?.upperBound ?? 0, end <= size else {
        throw damaged("its numbers of pages make no sense")
      }
      runs.append(start..<end)
    }
    return runs
  }

  // MARK: Bytes

  private static func read(_ descriptor: Int32, at offset: UInt64, count: Int) throws(Failure) -> [UInt8] {
    var failure: Failure?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(Failure) {
        try read(
          descriptor, at: offset, into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count))
        filled = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads as many bytes as `target` has.
  private static func read(
    _ descriptor: Int32, at offset: UInt64, into target: UnsafeMutableRawBufferPointer
  ) throws(Failure) {
    var done = 0
    while done < target.count, let start = target.baseAddress {
      let count = pread(descriptor, start + done, target.count - done, off_t(offset) + off_t(done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .cannotRead(errno) }
      guard count > 0 else { throw .shrunk }
      done += count
    }
  }
}

/// Where the pages of RAM go.
private protocol PageTarget: ~Copyable {
  /// - Parameter offset: in bytes of RAM; all bytes lie inside.
  borrowing func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(MemoryError)
}

extension MemoryImageBuilder: PageTarget {}

/// RAM that is there already.
private struct MappedPages: PageTarget {
  let ram: GuestMemory

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(MemoryError) {
    UnsafeMutableRawBufferPointer(start: ram.pointer + offset, count: bytes.count).copyMemory(from: bytes)
  }
}

/// The words for a value of `errno`.
func errorText(_ number: Int32) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }
