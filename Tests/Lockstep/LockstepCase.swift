import Foundation

/// One program to run.
struct LockstepCase {
  var seed: UInt64
  var harts: Int?
  /// Nil for what the seed says, as with harts.
  var instructions: UInt64?

  /// As workers are told.
  var line: String { "\(seed) \(harts ?? 0) \(instructions ?? 0)" }

  init(seed: UInt64, harts: Int?, instructions: UInt64?) {
    self.seed = seed
    self.harts = harts
    self.instructions = instructions
  }

  /// From a line with a seed, and possibly the number of harts and of instructions, 0 for what the seed says.
  init?(_ line: Substring) {
    let words = line.prefix { $0 != "#" }.split(separator: " ")
    guard let first = words.first, let seed = UInt64(first) else { return nil }
    self.seed = seed
    harts = words.count > 1 ? Int(words[1]).flatMap { $0 == 0 ? nil : $0 } : nil
    instructions = words.count > 2 ? UInt64(words[2]).flatMap { $0 == 0 ? nil : $0 } : nil
  }

  static func read(_ path: String) throws -> [LockstepCase] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { LockstepCase($0) }
  }

  /// The command that runs it again.
  func command(_ arguments: [String]) -> String {
    (["lockstep", "--seed \(seed) --programs 1"] + (instructions.map { ["--instructions \($0)"] } ?? [])
      + (harts.map { ["--harts \($0)"] } ?? [])
      + arguments.filter { $0 != "--worker" }).joined(separator: " ")
  }
}

/// The programs of a session, in order.
struct CaseList {
  var kept: [LockstepCase]
  var first: UInt64
  /// How many follow the kept ones; nil for any number.
  var limit: Int?
  var harts: Int?
  var instructions: UInt64?
  private var position = 0

  init(kept: [LockstepCase], first: UInt64, limit: Int?, harts: Int?, instructions: UInt64?) {
    self.kept = kept
    self.first = first
    self.limit = limit
    self.harts = harts
    self.instructions = instructions
  }

  mutating func next() -> LockstepCase? {
    defer { position += 1 }
    if position < kept.count { return kept[position] }
    let index = position - kept.count
    if let limit, index >= limit { return nil }
    return LockstepCase(seed: first &+ UInt64(index), harts: harts, instructions: instructions)
  }
}
