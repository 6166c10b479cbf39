import Boards
import Monitor
import PlainText
import YAMLReading

/// Makes guests of what the file says of them: defaults, copies, logs and dependencies.
struct Assembly {
  /// A guest of the file, with all copies that there are of it.
  private struct Group {
    var name: String
    var position: TextPosition
    var draft: GuestDraft
    var members: [String]
  }

  let reading: Reading
  /// Worker threads, as far as the file says.
  let workers: Int?
  private var groups: [Group] = []

  init(reading: Reading, workers: Int?) {
    self.reading = reading
    self.workers = workers
  }

  // MARK: Reading

  /// Reads the mapping of guests.
  mutating func read(_ guests: YAMLNode, defaults: YAMLNode?) {
    var initial = GuestDraft()
    if let defaults { KeyTable.guest.read(defaults, into: &initial, reading) }
    initial.inheritsDependencies = true
    if guests.isUnknown { return }
    guard case .mapping(let entries) = guests.content, !entries.isEmpty else {
      reading.report(
        .badValue(key: "guests", found: guests.found, expected: "a mapping of names to guests, at least one"),
        at: guests.position)
      return
    }
    var count = 0
    for entry in entries {
      guard GuestDescription.isValid(name: entry.key) else {
        reading.report(.badName(name: entry.key), at: entry.position)
        continue
      }
      let draft = read(entry, initial: initial)
      count += draft.count ?? 1
      guard count <= KeyTable<GuestDraft>.guestLimit else {
        reading.report(.tooManyGuests(limit: KeyTable<GuestDraft>.guestLimit), at: entry.position)
        return
      }
      let members = draft.count.map { count in (0..<count).map { "\(entry.key)-\($0 + 1)" } } ?? [entry.key]
      groups.append(Group(name: entry.key, position: entry.position, draft: draft, members: members))
    }
  }

  private func read(_ entry: YAMLNode.Entry, initial: GuestDraft) -> GuestDraft {
    var draft = initial
    if !entry.value.isMissing, !entry.value.isNull { KeyTable.guest.read(entry.value, into: &draft, reading) }
    settleOrigin(of: &draft, entry)
    if draft.guest.boot.kernel.isEmpty, draft.guest.snapshot == nil, !entry.value.isUnknown, entry.value["image"] == nil
    {
      reading.report(.missingKey(key: "image", owner: "guest '\(entry.key)'"), at: entry.position)
    }
    if let pin = draft.guest.share.pin, let workers, pin >= workers {
      reading.report(.pinOutOfRange(guest: entry.key, pin: pin, workers: workers), at: entry.position)
    }
    return draft
  }

  /// A guest goes on from a snapshot or boots an image: what it says itself counts more than the defaults.
  private func settleOrigin(of draft: inout GuestDraft, _ entry: YAMLNode.Entry) {
    guard draft.guest.snapshot != nil else { return }
    if entry.value["snapshot"] == nil {
      if entry.value["image"] != nil { draft.guest.snapshot = nil }
      return
    }
    for key in KeyTable<GuestDraft>.ofMachine {
      if let value = entry.value[key] {
        reading.report(.decidedBySnapshot(key: key, guest: entry.key), at: value.position)
      }
    }
    draft.guest.boot = BootDescription(kernel: "")
    draft.guest.machine = MachineDescription()
  }

  // MARK: Guests

  /// All guests, with what they depend on.
  func finish() -> [GuestDescription] {
    let dependencies = dependencies()
    var names: Set<String> = []
    var logs: [String: String] = [:]
    var guests: [GuestDescription] = []
    for (group, dependencies) in zip(groups, dependencies) {
      for name in group.members {
        guard GuestDescription.isValid(name: name) else {
          reading.report(.badName(name: name), at: group.position)
          break
        }
        guard names.insert(name).inserted else {
          reading.report(.duplicateGuest(name: name), at: group.position)
          break
        }
        var guest = group.draft.guest
        guest.name = name
        guest.dependencies = dependencies
        if let log = guest.console.log, log.hasSuffix("/") { guest.console.log = log + name + ".log" }
        if let log = guest.console.log, let other = logs.updateValue(name, forKey: log) {
          reading.report(.sharedLog(guest: name, other: other, log: log), at: group.position)
          break
        }
        guests.append(guest)
      }
    }
    return guests
  }

  // MARK: Dependencies

  /// Dependencies that all guests may have together.
  private static let dependencyLimit = 100_000

  /// Of each group, those of any of its members.
  private func dependencies() -> [[Dependency]] {
    var owners: [String: Int] = [:]
    for (index, group) in groups.enumerated() {
      for member in group.members { owners[member] = index }
    }
    let byName = Dictionary(groups.enumerated().map { ($1.name, $0) }) { first, _ in first }
    var graph = DependencyGraph(names: groups.map(\.name))
    var count = 0
    var result: [[Dependency]] = []
    for (index, group) in groups.enumerated() {
      var found: [Dependency] = []
      var known: Set<String> = []
      for draft in group.draft.dependencies {
        guard let other = byName[draft.guest] ?? owners[draft.guest] else {
          reading.report(
            .unknownDependency(
              guest: group.name, dependency: draft.guest, nearest: nearest(to: draft.guest, among: groups.map(\.name))),
            at: draft.position)
          continue
        }
        // What all guests wait for does not wait for itself.
        if group.draft.inheritsDependencies, other == index { continue }
        graph.connect(index, to: other, at: draft.position)
        let members = byName[draft.guest] == nil ? [draft.guest] : groups[other].members
        for member in members {
          if known.insert(member).inserted {
            found.append(Dependency(guest: member, line: draft.line))
          } else {
            reading.report(.duplicateDependency(guest: group.name, dependency: member), at: draft.position)
          }
        }
      }
      result.append(found)
      count += found.count * group.members.count
      guard count <= Self.dependencyLimit else {
        reading.report(.tooManyDependencies(limit: Self.dependencyLimit), at: group.position)
        return []
      }
    }
    for circle in graph.circles() { reading.report(.circularDependency(guests: circle.names), at: circle.position) }
    return result
  }
}
