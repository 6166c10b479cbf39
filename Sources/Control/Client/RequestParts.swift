extension Request {
  /// The requests, each short enough for a monitor, that have something done to guests.
  static func acts(_ action: GuestAction, on guests: [String]) -> [Request] {
    var parts: [[String]] = [[]]
    var size = 0
    for guest in guests {
      let more = sizeAtMost(of: guest)
      if size + more > sizeLimit, parts[parts.count - 1] != [] {
        parts.append([])
        size = 0
      }
      parts[parts.count - 1].append(guest)
      size += more
    }
    return parts.map { .act(action, guests: $0) }
  }

  /// Bytes of names in one request; the rest is for what is around them.
  private static let sizeLimit = ControlProtocol.requestLimit - 1024

  /// Bytes that a name takes in JSON at most, with quotes and a comma. What valid names are made of stands for itself.
  private static func sizeAtMost(of name: String) -> Int { name.utf8.reduce(3) { $0 + (plain.contains($1) ? 1 : 6) } }

  private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._".utf8)
}
