import Boards
import Foundation
import Monitor

/// The mixture that a soak runs: guests that work, wait, talk, fail and attack, at both levels, with every policy.
struct SoakGuests {
  let setup: Setup
  /// A folder for console logs.
  let logs: String
  let canUseProcesses: Bool
  private let zoo: [Attacker]

  private struct Attacker {
    var name: String
    var harts: Int
    var firmware: String
  }

  init(_ setup: Setup, logs: String, canUseProcesses: Bool) throws {
    self.setup = setup
    self.logs = logs
    self.canUseProcesses = canUseProcesses
    let list = try String(contentsOfFile: "\(setup.guests)/../hostile/zoo.txt", encoding: .utf8)
    zoo = list.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let fields = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard fields.count == 5, let harts = Int(fields[1]) else { return nil }
      return Attacker(name: fields[0], harts: harts, firmware: fields[2])
    }
  }

  private static let images = ["nest", "hello-swift", "busy", "realtime", "victim-short", "hello"]
  private static let restarts: [RestartPolicy] = [.never, .always, .onFailure(limit: nil), .onFailure(limit: 2)]

  /// The guest with this number: every other one is hostile.
  func describe(_ number: Int) -> GuestDescription {
    let name = "guest-\(number)"
    var guest =
      number % 2 == 0
      ? setup.guest(name, Self.images[number / 2 % Self.images.count], memory: 8 << 20)
      : attacker(name, zoo[number / 2 % zoo.count])
    guest.restart = Self.restarts[number / 3 % Self.restarts.count]
    guest.isolation = canUseProcesses && number % 3 == 0 ? .process : .thread
    guest.share.weight = [100, 1, 1000][number % 3]
    if number % 7 == 0 { guest.share.cap = .percent(25) }
    if number % 11 == 0 { guest.share.cap = .mips(20) }
    if guest.boot.kernel.hasSuffix("/realtime.elf") {
      guest.share.latency = .realtime
      guest.share.cap = .percent(3)
    }
    if number % 4 == 0 { guest.stop = StopPolicy(send: "poweroff\r", grace: 50) }
    if number % 5 == 0 {
      guest.console.log = "\(logs)/\(name).log"
      guest.console.logSize = 64 << 10
      guest.console.logFiles = 2
    }
    if number % 10 == 9 { guest.dependencies = [Dependency(guest: "guest-\(number - 9)", line: "nest> ")] }
    return guest
  }

  private func attacker(_ name: String, _ attacker: Attacker) -> GuestDescription {
    var guest = setup.guest(name, "hostile/\(attacker.name)", memory: 16 << 20)
    guest.machine.harts = attacker.harts
    guest.boot.firmware = attacker.firmware
    return guest
  }
}
