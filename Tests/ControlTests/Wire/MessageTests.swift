import Control
import Foundation
import Testing

@Suite struct MessageTests {
  private func comesBack<Message: Codable & Equatable>(_ message: Message) throws -> Bool {
    try JSONDecoder().decode(Message.self, from: JSONEncoder().encode(message)) == message
  }

  @Test func messagesComeBack() throws {
    let requests: [Request] =
      [
        .status(guests: []), .status(guests: ["a"]), .awaitStart, .watch, .down(grace: nil), .down(grace: 5),
        .openConsole(stream: 1, guest: "a", history: 5, follows: true), .closeConsole(stream: 7, drains: false),
      ] + GuestAction.allCases.map { .act($0, guests: ["a", "b"]) }
    for request in requests { #expect(try comesBack(ClientMessage.request(id: 3, request))) }
    var record = GuestRecord(name: "a", state: "failed")
    record.reason = "\u{1B}[31m \u{0} \"quoted\""
    record.instructions = .max
    record.traps = ["illegal instruction": 7]
    #expect(try comesBack(ServerMessage.reply(id: .max, .status(MonitorRecord(fleet: "f"), [record]))))
    #expect(try comesBack(ServerMessage.event(.state(guest: "a", state: "running", reason: nil))))
    #expect(
      try comesBack(
        ServerMessage.reply(
          id: 1, .acted([ActionResult(guest: "a", state: "x", refusal: Refusal(.noMemory, "none"))]))))
  }

  /// Scripts rely on these.
  @Test func jsonHasTheKeysThatAreDocumented() throws {
    let text = try jsonText([GuestRecord(name: "a", state: "running")])
    let parsed = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect(
      Set(parsed[0].keys) == [
        "name", "state", "isolation", "harts", "weight", "latency", "uptimeNs", "instructions", "mips", "cpuTimeNs",
        "cpuPercent", "sharePercent", "stealNs", "slices", "wakeups", "wakeLatencyNs", "memoryBytes", "residentBytes",
        "touchedBytes", "consoleBytes", "consoleDroppedBytes", "restarts", "resets", "traps", "interrupts",
        "deviceAccesses",
      ])
  }
}
