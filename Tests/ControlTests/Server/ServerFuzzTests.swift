import Control
import Testing

/// What a client of any kind sends does nothing to the server, or to other clients.
@Suite struct ServerFuzzTests {
  /// Messages that make sense, as bytes.
  private static let messages: [[UInt8]] = [
    #"{"hello":{"version":1}}"#, #"{"request":{"id":1,"_1":{"status":{"guests":[]}}}}"#,
    #"{"request":{"id":2,"_1":{"openConsole":{"stream":1,"guest":"a","history":9223372036854775807,"follows":true}}}}"#,
    #"{"request":{"id":2,"_1":{"openConsole":{"stream":1,"guest":"a","history":-9223372036854775808,"follows":true}}}}"#,
    #"{"request":{"id":3,"_1":{"closeConsole":{"stream":4294967295,"drains":true}}}}"#,
    #"{"request":{"id":4,"_1":{"act":{"_0":"stop","guests":["a","b"]}}}}"#, #"{"request":{"id":5,"_1":{"watch":{}}}}"#,
    #"{"request":{"id":6,"_1":{"down":{"grace":18446744073709551615}}}}"#,
    String(repeating: "[", count: 100_000), #"{"request":{"id":-1}}"#, "\u{0}", "",
  ].map { Array($0.utf8) }

  private func frames(_ numbers: inout Numbers) -> [UInt8] {
    var bytes: [UInt8] = []
    if Bool.random(using: &numbers) { Frame.message(Self.messages[0]).append(to: &bytes) }
    for _ in 0..<Int.random(in: 1...8, using: &numbers) {
      switch Int.random(in: 0..<4, using: &numbers) {
      case 0: bytes += (0..<Int.random(in: 0...300, using: &numbers)).map { _ in .random(in: 0...255, using: &numbers) }
      case 1:
        let bytes2 = (0..<Int.random(in: 0...3000, using: &numbers)).map { _ in
          UInt8.random(in: 0...255, using: &numbers)
        }
        Frame.console(stream: .random(in: 0...2, using: &numbers), bytes2).append(to: &bytes)
      default: Frame.message(Self.messages.randomElement(using: &numbers) ?? []).append(to: &bytes)
      }
    }
    for _ in 0..<Int.random(in: 0...3, using: &numbers) where !bytes.isEmpty {
      let place = Int.random(in: bytes.indices, using: &numbers)
      bytes[place] = .random(in: 0...255, using: &numbers)
    }
    if Bool.random(using: &numbers) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &numbers)) }
    return bytes
  }

  @Test(arguments: 1...8)
  func survivesAnything(seed: Int) throws {
    var numbers = Numbers(seed: UInt64(seed))
    let server = try TestServer()
    let witness = try server.connect()
    for round in 0..<150 {
      try RawClient(server.socket()).send(frames(&numbers))
      if round % 10 == 0 {
        guard case .status = try witness.call(.status(guests: [])) else {
          Issue.record("the server answers nonsense")
          return
        }
      }
    }
  }

  @Test func hangsUpOnNonsenseWithWords() throws {
    let server = try TestServer()
    let client = try RawClient(server.socket())
    client.send([0xFF, 0xFF, 0xFF, 0x7F, 0])
    #expect(client.readToEnd().contains("2147483647 bytes"))
  }
}
