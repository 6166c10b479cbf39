import Boards
import Foundation
import Monitor
import Testing

/// A hostile guest, as its line in guests/hostile/zoo.txt describes it.
struct HostileGuest: Sendable, CustomTestStringConvertible {
  let name: String
  let harts: Int
  let firmware: String
  let end: End
  var testDescription: String { name }

  /// How it ends when it is left alone.
  enum End: Equatable {
    case runs
    case hung
    case failed(UInt16)
    case passed
    /// It lives, and starts over all the time.
    case resets
  }

  init?(line: Substring) {
    let fields = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    guard fields.count == 5, let harts = Int(fields[1]), let end = End(fields[4]) else { return nil }
    (name, firmware, self.harts, self.end) = (fields[0], fields[2], harts, end)
  }

  var description: GuestDescription {
    var description = guest("hostile/\(name)", as: "hostile", memory: 16 << 20)
    description.machine.harts = harts
    description.boot.firmware = firmware
    return description
  }
}

extension HostileGuest.End {
  init?(_ words: String) {
    let parts = words.split(separator: " ")
    switch (parts.first, parts.dropFirst().first.flatMap { UInt16($0) }) {
    case ("runs", nil): self = .runs
    case ("hung", nil): self = .hung
    case ("failed", let code?): self = .failed(code)
    case ("passed", nil): self = .passed
    case ("resets", nil): self = .resets
    default: return nil
    }
  }
}

enum Zoo {
  private static let lines: [Substring] = {
    let text = (try? String(contentsOf: guests.appending(path: "hostile/zoo.txt"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }
  }()

  static let all = lines.compactMap(HostileGuest.init)

  @Suite("The zoo")
  struct Tests {
    @Test("every line of the list is understood, and every guest is in it")
    func complete() throws {
      #expect(all.count == lines.count)
      #expect(all.count > 25)
      let files = try FileManager.default.contentsOfDirectory(atPath: guests.appending(path: "hostile").path)
      #expect(Set(files.filter { $0.hasSuffix(".S") }) == Set(all.map { "\($0.name).S" }))
    }
  }
}

private let guests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appending(path: "../../guests").standardized

/// A guest that `make guests` has built.
func guest(_ image: String, as name: String, memory: UInt64) -> GuestDescription {
  let kernel = guests.appending(path: "build/\(image).elf").path
  var description = GuestDescription(name: name, boot: BootDescription(kernel: kernel))
  description.machine.memory = memory
  return description
}
