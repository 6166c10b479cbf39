import Control
import Testing

@Suite struct FrameTests {
  private static let frames: [Frame] = [
    .message([]), .message(Array("{}".utf8)), .console(stream: 0, []), .console(stream: .max, [0, 1, 255]),
    .message([UInt8](repeating: 7, count: 70_000)), .console(stream: 1 << 24 | 5, [UInt8](repeating: 9, count: 300)),
  ]

  private var bytes: [UInt8] { Self.frames.reduce(into: []) { $1.append(to: &$0) } }

  @Test(arguments: [1, 2, 3, 7, 4096, 1 << 20])
  func comeBackHoweverTheyAreCut(size: Int) throws {
    var reader = FrameReader(limit: 100_000)
    var found: [Frame] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      reader.append(rest.prefix(size))
      rest = rest.dropFirst(size)
      while let frame = try reader.next() { found.append(frame) }
    }
    #expect(found == Self.frames)
  }

  @Test func aLengthBeyondTheLimitIsAnErrorBeforeAnythingOfTheFrameHasCome() {
    var reader = FrameReader(limit: 1000)
    reader.append([0xFF, 0xFF, 0xFF, 0xFF] as [UInt8])
    #expect(throws: ControlError.frameTooLong(.max, limit: 1000)) { try reader.next() }
  }

  @Test(arguments: [[0, 0, 0, 0], [1, 0, 0, 0, 9], [3, 0, 0, 0, 1, 2, 3]] as [[UInt8]])
  func framesThatMakeNoSenseAreErrors(bytes: [UInt8]) {
    var reader = FrameReader(limit: 1000)
    reader.append(bytes)
    #expect(throws: ControlError.self) { try reader.next() }
  }

  @Test func anIncompleteFrameIsWaitedFor() throws {
    var reader = FrameReader(limit: 1000)
    reader.append(bytes.prefix(3))
    #expect(try reader.next() == nil)
    reader.append(bytes.dropFirst(3).prefix(2))
    #expect(try reader.next() == .message([]))
    #expect(try reader.next() == nil)
  }
}
