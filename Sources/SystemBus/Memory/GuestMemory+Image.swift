#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension GuestMemory {
  /// Pages that may differ from the file that most come from, before all are copied to a new one: each memory that
  /// begins as the image copies them.
  static let changeLimit = 512

  /// What the memory holds now, to begin other memories with. This one goes on unharmed, sharing what it does not change.
  ///
  /// The first image of a freezable memory costs some system calls, and so does another one after few changes; else
  /// everything is copied, about 3 ms for 10 MiB.
  public func freeze() throws(MemoryError) -> MemoryImage {
    switch backing {
    case .file(let file):
      let image = MemoryImage(file)
      try HostMapping.replace(pointer, count: size, with: file.descriptor, isShared: false)
      backing = .image(image)
      return image
    case .image(let image):
      guard let own = ownPages(overFile: true) else { return try copy(allPages) }
      let count = own.reduce(0) { $0 + $1.count }
      return count <= Self.changeLimit ? changed(own, count: count, from: image) : try flatten(own, over: image)
    case .own:
      return try copy(ownPages(overFile: false) ?? allPages)
    case .shared:
      return try copy(allPages)
    }
  }

  /// Takes the content of an image of the same size in place of its own. Whoever holds decoded instructions must forget them.
  public func adopt(_ image: MemoryImage) throws(MemoryError) {
    precondition(image.size == size, "an image of another size")
    if case .shared = backing {
      clear()
      try image.forEachPage { number, bytes in put(bytes, number) }
      return
    }
    try HostMapping.replace(pointer, count: size, with: image.file.descriptor, isShared: false)
    backing = .image(image)
    image.changes.withUnsafeBytes { changes in
      for (index, number) in image.changedPages.enumerated() {
        let page = UnsafeRawBufferPointer(rebasing: changes[index * Self.pageSize..<(index + 1) * Self.pageSize])
        put(page, Int(number))
      }
    }
  }

  private func put(_ page: UnsafeRawBufferPointer, _ number: Int) {
    UnsafeMutableRawBufferPointer(start: pointer + number * Self.pageSize, count: Self.pageSize).copyMemory(from: page)
  }

  /// The pages that `HostMapping.ownRanges` tells.
  private func ownPages(overFile: Bool) -> [Range<Int>]? {
    HostMapping.ownRanges(pointer, count: size, overFile: overFile)?.map {
      $0.lowerBound / Self.pageSize..<min($0.upperBound, size) / Self.pageSize
    }
  }

  private var allPages: [Range<Int>] { [0..<size / Self.pageSize] }

  /// An image that shares the file of `image`.
  private func changed(_ own: [Range<Int>], count: Int, from image: MemoryImage) -> MemoryImage {
    var numbers: [UInt32] = []
    var bytes: [UInt8] = []
    numbers.reserveCapacity(count)
    bytes.reserveCapacity(count * Self.pageSize)
    for run in own {
      numbers += run.map { UInt32(truncatingIfNeeded: $0) }
      bytes += pages(run)
    }
    return MemoryImage(image.file, changedPages: numbers, changes: bytes)
  }

  /// An image of its own with what is in `image` and the pages that were changed; the memory begins with it from now on.
  private func flatten(_ own: [Range<Int>], over image: MemoryImage) throws(MemoryError) -> MemoryImage {
    var runs = own
    try image.file.forEachDataRange { range throws(MemoryError) in
      runs.append(range.lowerBound / Self.pageSize..<(range.upperBound + Self.pageSize - 1) / Self.pageSize)
    }
    return try copy(runs)
  }

  /// An image of its own of some pages, which are all that may hold anything; the memory begins with it from now on.
  private func copy(_ runs: [Range<Int>]) throws(MemoryError) -> MemoryImage {
    let builder = try MemoryImageBuilder(size: size)
    for run in runs {
      // Neighbours are written at once.
      var start = run.lowerBound
      for number in run where pages(number..<number + 1).isZero {
        if number > start { try builder.write(pages(start..<number), at: start * Self.pageSize) }
        start = number + 1
      }
      if run.upperBound > start { try builder.write(pages(start..<run.upperBound), at: start * Self.pageSize) }
    }
    return try beginAnew(with: builder.finish())
  }

  private func beginAnew(with image: MemoryImage) throws(MemoryError) -> MemoryImage {
    if case .shared = backing { return image }
    try adopt(image)
    return image
  }

  private func pages(_ run: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: pointer + run.lowerBound * Self.pageSize, count: run.count * Self.pageSize)
  }
}
