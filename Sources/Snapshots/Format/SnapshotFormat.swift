import SystemBus

/// How a snapshot file begins: docs/SNAPSHOTS.md describes all of it.
package enum SnapshotFormat {
  /// Not text, and not as a transfer as text would leave it.
  static let magic: [UInt8] = [0x89, 0x52, 0x53, 0x4E, 0x50, 0x0D, 0x0A, 0x1A]
  package static let version: UInt32 = 1
  static let headerSize = 64
  static let entrySize = 48
  static let nameSize = 16
  static let pageSize = 4096
  /// Sections of a file.
  static let sectionLimit = 64
  /// Bytes of a file: all RAM that a machine can have, as much of images, and what is beside them.
  static let lengthLimit: UInt64 = 8 << 30
  /// Bytes of the section of the machine: its images lie in RAM, which is 2 GiB at most.
  static let machineLimit: UInt64 = (2 << 30) + (64 << 20)

  /// The sections that every file has.
  package enum Section {
    /// Everything of the machine but its RAM.
    package static let machine = "machine"
    /// Which pages of RAM hold anything but zeros: runs of them, each the first one's number and their count.
    package static let runs = "page-runs"
    /// What is in those pages, one after the other.
    package static let pages = "pages"
    package static let typed = "typed"
    package static let origin = "origin"
    static let own = [machine, runs, pages, typed, origin]
  }

  /// Where a section is.
  package struct Entry: Equatable {
    package var name: String
    /// From the start of the file.
    package var offset: UInt64
    package var length: UInt64
    package var digest: [UInt8]

    package init(name: String, offset: UInt64, length: UInt64, digest: [UInt8]) {
      (self.name, self.offset, self.length, self.digest) = (name, offset, length, digest)
    }
  }

  static func isName(_ name: String) -> Bool {
    (1...nameSize).contains(name.utf8.count) && name.utf8.allSatisfy { nameBytes.contains($0) }
  }

  private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyz0123456789-".utf8)

  // MARK: Header and table

  /// The first bytes of a file with these sections, which follow each other from there on.
  package static func head(_ entries: [Entry]) -> [UInt8] {
    var table = StateEncoder()
    for entry in entries {
      let name = Array(entry.name.utf8)
      (name + Array(repeating: 0, count: nameSize - name.count)).withUnsafeBytes { table.encode(bytes: $0) }
      table.encode(entry.offset)
      table.encode(entry.length)
      entry.digest.withUnsafeBytes { table.encode(bytes: $0) }
    }
    var header = StateEncoder()
    magic.withUnsafeBytes { header.encode(bytes: $0) }
    header.encode(version)
    header.encode(UInt32(truncatingIfNeeded: entries.count))
    header.encode(entries.last.map { $0.offset + $0.length } ?? 0)
    header.encode(UInt64(0))
    let tableDigest = Digest(of: table.bytes).bytes
    tableDigest.withUnsafeBytes { header.encode(bytes: $0) }
    return header.bytes + Digest(of: header.bytes).bytes + table.bytes
  }

  /// What the header says.
  struct Header {
    var sections: Int
    package var length: UInt64
    var tableDigest: [UInt8]
  }

  /// Why a file cannot be read, whichever file it is.
  enum Flaw: Error {
    case notASnapshot
    case otherVersion(UInt32)
    case damaged(String)
  }

  /// - Parameter bytes: the first `headerSize` bytes of a file, or all if there are fewer.
  static func header(_ bytes: [UInt8]) throws(Flaw) -> Header {
    guard bytes.starts(with: magic) else { throw .notASnapshot }
    guard bytes.count == headerSize else { throw .damaged("it ends within its header") }
    let version: UInt32 = number(bytes[8..<12])
    guard version == Self.version else { throw .otherVersion(version) }
    guard Digest(of: Array(bytes[..<48])).bytes == Array(bytes[48...]) else {
      throw .damaged("its header is not as it was written")
    }
    let sections: UInt32 = number(bytes[12..<16])
    let length: UInt64 = number(bytes[16..<24])
    let rest: UInt64 = number(bytes[24..<32])
    guard sections <= UInt32(sectionLimit), length <= lengthLimit, rest == 0 else {
      throw .damaged("its header makes no sense")
    }
    return Header(sections: Int(sections), length: length, tableDigest: Array(bytes[32..<48]))
  }

  /// - Parameter bytes: what follows the header, `entrySize` bytes for each section.
  static func table(_ bytes: [UInt8], of header: Header) throws(Flaw) -> [Entry] {
    guard bytes.count == header.sections * entrySize, Digest(of: bytes).bytes == header.tableDigest else {
      throw .damaged("its table of sections is not as it was written")
    }
    var entries: [Entry] = []
    var position = UInt64(headerSize + bytes.count)
    guard position <= header.length else { throw .damaged("its table of sections is longer than it") }
    for start in stride(from: 0, to: bytes.count, by: entrySize) {
      let entry = bytes[start..<start + entrySize]
      let letters = entry.prefix(nameSize).prefix { $0 != 0 }
      let name = String(decoding: letters, as: UTF8.self)
      let offset: UInt64 = number(entry[(start + 16)..<(start + 24)])
      let length: UInt64 = number(entry[(start + 24)..<(start + 32)])
      guard isName(name), entry.prefix(nameSize).dropFirst(letters.count).allSatisfy({ $0 == 0 }),
        !entries.contains(where: { $0.name == name }), offset == position, length <= header.length - position
      else { throw .damaged("its table of sections makes no sense") }
      entries.append(Entry(name: name, offset: offset, length: length, digest: Array(entry.suffix(Digest.size))))
      position += length
    }
    guard position == header.length else { throw .damaged("its sections do not fill it") }
    return entries
  }

  /// The number that some bytes are, the least significant first.
  private static func number<Number: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> Number {
    bytes.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }
}
