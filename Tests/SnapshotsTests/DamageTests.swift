import Boards
import ConformanceKit
import ISA
import RegisterMaps
import Snapshots
import SystemBus
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files that are not as they were written, and files that never were snapshots.
@Suite struct DamageTests {
  private let folder: TestFolder
  private let bytes: [UInt8]
  private var path: String { folder.file("guest.snapshot") }

  init() throws {
    folder = try TestFolder()
    let machine = try machine { $0.mixture() }
    _ = machine.run(instructions: 20_000)
    var guest = SavedGuest(try machine.snapshot())
    guest.typed = [1, 2, 3]
    guest.origin = "a test"
    try SnapshotFile.write(guest, to: folder.file("guest.snapshot"))
    bytes = try contents(of: folder.file("guest.snapshot"))
  }

  @Test func everyTruncationIsRefused() throws {
    #expect(refusal(of: path) == nil)
    for count in (0..<bytes.count).reversed() {
      try #require(truncate(path, off_t(count)) == 0)
      let words = try #require(refusal(of: path), "\(count) bytes")
      if count >= 64 {
        #expect(words.contains("is cut off: it has \(count) bytes, and was written with \(bytes.count)"))
      }
    }
  }

  @Test func tenThousandFlippedBitsAreRefused() throws {
    var random = Splitmix(state: 2026)
    let descriptor = open(path, O_WRONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    for _ in 0..<10_000 {
      let position = Int(random.next() % UInt64(bytes.count))
      var flipped = bytes[position] ^ (1 << UInt8(random.next() % 8))
      try #require(pwrite(descriptor, &flipped, 1, off_t(position)) == 1)
      #expect(refusal(of: path) != nil, "byte \(position)")
      var whole = bytes[position]
      try #require(pwrite(descriptor, &whole, 1, off_t(position)) == 1)
    }
    #expect(refusal(of: path) == nil)
  }

  @Test func everyFlippedBitOfTheHeadIsRefused() throws {
    for position in 0..<64 + 5 * 48 {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[position] ^= 1 << UInt8(bit)
        try write(damaged, to: path)
        #expect(refusal(of: path) != nil, "bit \(bit) of byte \(position)")
      }
    }
  }

  @Test func whatComesBehindTheEndIsRefused() throws {
    try write(bytes + [0], to: path)
    #expect(refusal(of: path)?.contains("something was put behind its end") == true)
  }

  @Test func aForeignFileIsRefusedInWords() throws {
    try write(Array("Dear reader".utf8), to: path)
    #expect(refusal(of: path)?.contains("is no snapshot") == true)
    #expect(!SnapshotFile.isSnapshot(path))
    try write([], to: path)
    #expect(refusal(of: path) != nil)
    #expect(refusal(of: folder.path)?.contains("directory") == true)
    #expect(refusal(of: folder.file("absent")) != nil)
    #expect(refusal(of: "/dev/zero") != nil)
  }

  @Test(arguments: [0, 2, 0xFFFF_FFFF] as [UInt32])
  func anotherVersionIsRefusedInWords(version: UInt32) throws {
    var other = bytes
    for index in 0..<4 { other[8 + index] = UInt8(truncatingIfNeeded: version >> UInt32(8 * index)) }
    try write(other, to: path)
    #expect(refusal(of: path)?.contains("is a snapshot of format \(version), and this roost reads format 1") == true)
  }

  // MARK: Files that somebody made, with checksums that are right

  /// A file of some sections.
  private func file(_ sections: [(String, [UInt8])]) throws -> String? {
    var entries: [SnapshotFormat.Entry] = []
    var position = UInt64(64 + sections.count * 48)
    for (name, bytes) in sections {
      entries.append(
        .init(
          name: name, offset: position, length: UInt64(bytes.count), digest: SectionDigest(of: bytes).value))
      position += UInt64(bytes.count)
    }
    try write(SnapshotFormat.head(entries) + sections.flatMap(\.1), to: path)
    return refusal(of: path)
  }

  private func machineSection() throws -> [UInt8] { try SnapshotFile.read(path).machine.encoded() }

  private func run(_ first: UInt32, _ count: UInt32) -> [UInt8] {
    [first, count].flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) } }
  }

  private let page = [UInt8](repeating: 5, count: 4096)

  @Test func sectionsThatMakeNoSenseAreRefused() throws {
    let machine = try machineSection()
    #expect(try file([("machine", machine), ("pages", page), ("page-runs", run(3, 1))]) == nil)
    #expect(try file([("machine", machine), ("pages", page), ("page-runs", run(3, 1)), ("other", [1])]) == nil)
    for runs in [
      run(256, 1), run(255, 2), run(3, 2), run(3, 0), run(.max, .max), run(1, 1) + run(0, 1), [1, 2, 3], [],
    ] {
      #expect(try file([("machine", machine), ("pages", page), ("page-runs", runs)]) != nil, "\(runs)")
    }
    #expect(try file([]) != nil)
    #expect(try file([("machine", machine)]) != nil)
    #expect(try file([("machine", machine), ("pages", page)]) != nil)
    #expect(try file([("pages", page), ("page-runs", run(3, 1))]) != nil)
    #expect(try file([("machine", []), ("pages", page), ("page-runs", run(3, 1))]) != nil)
    let whole = [("machine", machine), ("pages", page), ("page-runs", run(3, 1))]
    #expect(try file(whole + [("machine", machine)]) != nil)
    #expect(try file(whole + [("Capitals", [])]) != nil)
    #expect(try file(whole + [("", [])]) != nil)
  }

  @Test func tablesThatLieAreRefused() throws {
    let machine = try machineSection()
    let sound = [("machine", machine), ("pages", page), ("page-runs", run(3, 1))]
    var entries: [SnapshotFormat.Entry] = []
    var position = UInt64(64 + 3 * 48)
    for (name, bytes) in sound {
      let digest = SectionDigest(of: bytes).value
      entries.append(.init(name: name, offset: position, length: UInt64(bytes.count), digest: digest))
      position += UInt64(bytes.count)
    }
    for index in entries.indices {
      for change in [
        { (entry: inout SnapshotFormat.Entry) in entry.length = .max },
        { $0.length = 1 << 40 }, { $0.offset = .max }, { $0.offset = 0 }, { $0.length -= 1 }, { $0.length += 1 },
        { $0.name = "pages" + $0.name.prefix(0) + "x" },
      ] {
        var changed = entries
        change(&changed[index])
        let last = changed[changed.count - 1]
        guard !last.offset.addingReportingOverflow(last.length).overflow else { continue }
        try write(SnapshotFormat.head(changed) + sound.flatMap(\.1), to: path)
        #expect(refusal(of: path) != nil, "\(changed[index])")
      }
    }
  }

  /// Whatever a machine's section says, it makes a machine or is refused.
  @Test func machinesThatMakeNoSenseDoNoHarm() throws {
    let machine = try machineSection()
    var random = Splitmix(state: 17)
    var restored = 0
    for _ in 0..<500 {
      var changed = machine
      for _ in 0...random.next() % 4 {
        let position = Int(random.next() % UInt64(changed.count))
        changed[position] = UInt8(truncatingIfNeeded: random.next())
      }
      if try file([("machine", changed), ("pages", page), ("page-runs", run(3, 1))]) != nil { continue }
      guard let saved = try? SnapshotFile.read(path), saved.machine.configuration.memorySize <= 64 << 20,
        let machine = try? VirtMachine(saved.machine, console: Recorder())
      else { continue }
      _ = machine.run(instructions: 2_000)
      restored += 1
    }
    #expect(restored > 25)
  }
}

/// The same numbers for the same start.
struct Splitmix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
