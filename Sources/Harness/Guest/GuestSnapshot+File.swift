import Boards
import Snapshots
import SystemBus

extension GuestSnapshot {
  private static let note = "test-guest"

  /// What a snapshot file keeps of it. A guest runs from there without a harness, too.
  public var saved: SavedGuest {
    var encoder = StateEncoder()
    encoder.section("test guest", version: 1)
    encoder.encode(isOff)
    encoder.encode(isPaused)
    encoder.encode(Int64(transcript.start))
    encoder.encode(Int64(transcript.readPosition))
    encoder.encode(transcript.bytes)
    var saved = SavedGuest(machine)
    saved.typed = typed
    saved.origin = files.setup.boot.kernel
    saved.notes[Self.note] = encoder.bytes
    return saved
  }

  /// What a snapshot file has kept of a guest with these files.
  /// - Throws: If it is one of another machine, or was not made by a harness.
  public init(_ saved: SavedGuest, files: GuestFiles) throws(StateError) {
    var decoder = StateDecoder(saved.notes[Self.note] ?? [])
    try decoder.section("test guest", newest: 1)
    self.init(files: files, machine: saved.machine)
    isOff = try decoder.decode(Bool.self)
    isPaused = try decoder.decode(Bool.self)
    let start = try decoder.decode(Int64.self)
    let readPosition = try decoder.decode(Int64.self)
    let bytes = try decoder.decodeBytes()
    guard start >= 0, start <= .max / 2, bytes.count <= Transcript.limit, readPosition >= start,
      readPosition <= start + Int64(bytes.count)
    else { throw decoder.invalid("transcript") }
    transcript = Transcript(start: Int(start), bytes: bytes, readPosition: Int(readPosition))
    typed = saved.typed
    let (found, expected) = (saved.machine.configuration, files.configuration)
    guard found.memorySize == expected.memorySize, found.harts == expected.harts, found.isa == expected.isa else {
      throw decoder.invalid("machine")
    }
  }
}
