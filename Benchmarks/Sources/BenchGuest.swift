/// A guest of Benchmarks/guests.
struct BenchGuest {
  /// What guests are compared within.
  enum Group: String, CaseIterable, Codable {
    /// M-mode, no address translation.
    case bare
    /// U-mode under Sv32.
    case sv32
    /// Mostly the doings of an S-mode kernel.
    case kernel

    var title: String {
      switch self {
      case .bare: "bare"
      case .sv32: "Sv32"
      case .kernel: "kernel"
      }
    }
  }

  var name: String
  var group: Group
  /// Whether the host can do the same work without a machine around it.
  var isNative: Bool { group != .kernel }

  /// Nothing but start and end.
  static let startup = BenchGuest(name: "startup", group: .bare)

  static let all: [BenchGuest] =
    [
      "integer", "branchy", "pointers", "calls", "strings", "hashing", "sorting", "floating", "dense", "footprint",
      "mixed",
    ].map { BenchGuest(name: $0, group: .bare) }
    + ["paging", "user-integer", "user-pointers", "user-strings", "user-sorting"].map {
      BenchGuest(name: $0, group: .sv32)
    }
    + ["syscalls", "forking"].map { BenchGuest(name: $0, group: .kernel) }
}
