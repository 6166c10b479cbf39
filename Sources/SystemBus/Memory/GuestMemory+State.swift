extension GuestMemory {
  static let pageSize = 4096
  private var sectionName: String { "memory at 0x" + String(base, radix: 16) }

  private func page(_ number: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: pointer + number * Self.pageSize, count: Self.pageSize)
  }

  private func isZero(_ number: Int) -> Bool {
    page(number).withMemoryRebound(to: UInt64.self) { words in
      for word in words where word != 0 { return false }
      return true
    }
  }

  /// Saves the pages that hold anything but zeros, each after its number.
  public func save(to encoder: inout StateEncoder) {
    encoder.section(sectionName, version: 1)
    let used = (0..<size / Self.pageSize).filter { !isZero($0) }
    encoder.encode(used.map { UInt32(truncatingIfNeeded: $0) })
    for number in used { encoder.encode(bytes: page(number)) }
  }

  /// Replaces the whole content. Whoever holds decoded instructions must forget them.
  public func restore(from decoder: inout StateDecoder) throws(StateError) {
    try decoder.section(sectionName, newest: 1)
    let used = try decoder.decodeArray(of: UInt32.self, atMost: size / Self.pageSize)
    guard zip(used, used.dropFirst()).allSatisfy(<), Int(used.last ?? 0) < size / Self.pageSize else {
      throw decoder.invalid("page numbers")
    }
    clear()
    for number in used {
      try decoder.decode(
        into: UnsafeMutableRawBufferPointer(
          start: pointer + Int(number) * Self.pageSize, count: Self.pageSize))
    }
  }
}
