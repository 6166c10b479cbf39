import Harness
import Snapshots
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// States that scenarios start from, kept in files from one run to the next.
public struct SnapshotCache: Sendable {
  public let folder: String

  /// Bytes on disk that all files may have together; the ones that were not used for longest go first.
  static let sizeLimit: UInt64 = 2 << 30

  public init(folder: String) { self.folder = folder }

  /// Where states are kept unless somebody says otherwise: `snapshots` in the folder that `ROOST_CACHE` names, or in
  /// `~/.cache/roost`; nil if there is no home either.
  public static var standard: SnapshotCache? {
    let variable = { (name: String) in getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }
    let folder = variable("ROOST_CACHE") ?? variable("HOME").map { $0 + "/.cache/roost" }
    return folder.map { SnapshotCache(folder: $0 + "/snapshots") }
  }

  private static let note = "scenario"

  private func path(_ key: String, _ guest: Int) -> String { "\(folder)/\(key)-\(guest).snapshot" }

  /// The state of this name, if it is there and whole.
  func load(_ key: String, _ files: [GuestFiles]) -> StartState? {
    do {
      var guests: [GuestSnapshot] = []
      var note: [UInt8] = []
      for (number, files) in files.enumerated() {
        let saved = try SnapshotFile.read(path(key, number))
        guests.append(try GuestSnapshot(saved, files: files))
        if number == 0 { note = saved.notes[Self.note] ?? [] }
        utimensat(AT_FDCWD, path(key, number), nil, 0)
      }
      var decoder = StateDecoder(note)
      try decoder.section("scenario", newest: 1)
      guard String(decoding: try decoder.decodeBytes(), as: UTF8.self) == key else { return nil }
      let now = try decoder.decode(UInt64.self)
      var values: [String: String] = [:]
      for _ in 0..<(try decoder.decode(UInt32.self)) {
        let name = String(decoding: try decoder.decodeBytes(), as: UTF8.self)
        values[name] = String(decoding: try decoder.decodeBytes(), as: UTF8.self)
      }
      return StartState(bench: BenchSnapshot(now: now, guests: guests), values: values)
    } catch {
      // Missing, damaged or of another version: it is made again.
      return nil
    }
  }

  /// Keeps a state. The first guest's file, which says that all are there, is written last.
  /// - Returns: why it could not be kept, if so.
  func save(_ state: StartState, _ key: String) -> String? {
    HostFiles.makeFolder(folder)
    for (number, guest) in state.bench.guests.enumerated().reversed() {
      var saved = guest.saved
      if number == 0 { saved.notes[Self.note] = note(state, key) }
      do throws(SnapshotFileError) {
        try SnapshotFile.write(saved, to: path(key, number))
      } catch {
        return "\(error)"
      }
    }
    prune(except: key)
    return nil
  }

  func has(_ key: String) -> Bool { HostFiles.exists(path(key, 0)) }

  private func note(_ state: StartState, _ key: String) -> [UInt8] {
    var encoder = StateEncoder()
    encoder.section("scenario", version: 1)
    encoder.encode(key)
    encoder.encode(state.bench.now)
    encoder.encode(UInt32(clamping: state.values.count))
    for (name, value) in state.values.sorted(by: { $0.key < $1.key }) {
      encoder.encode(name)
      encoder.encode(value)
    }
    return encoder.bytes
  }

  /// Removes what was not used for longest, until the rest is small enough.
  private func prune(except key: String) {
    let files = HostFiles.files(in: folder).filter { $0.name.hasSuffix(".snapshot") }.sorted { $0.used > $1.used }
    var size: UInt64 = 0
    for file in files {
      size += file.size
      if size > Self.sizeLimit, !file.name.hasPrefix(key) { unlink("\(folder)/\(file.name)") }
    }
  }
}
