extension DeviceNode {
  /// The value of a property as text, without the terminating NUL; nil when it is missing or not one string.
  public func text(_ name: String) -> String? {
    guard let list = texts(name), list.count == 1 else { return nil }
    return list[0]
  }

  /// The value of a property as a list of NUL-terminated strings; nil when it is missing or something else.
  public func texts(_ name: String) -> [String]? {
    guard let value = self[name], value.last == 0 else { return nil }
    return value.dropLast().split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The value of a property as 32-bit cells; nil when it is missing or its length is not a multiple of four.
  public func cells(_ name: String) -> [UInt32]? {
    guard let value = self[name], value.count % 4 == 0 else { return nil }
    return stride(from: 0, to: value.count, by: 4).map { start in
      value[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  /// The value of a property as one cell; nil when it is missing or anything but four bytes long.
  public func cell(_ name: String) -> UInt32? {
    guard let cells = cells(name), cells.count == 1 else { return nil }
    return cells[0]
  }

  /// Takes a property away. Returns whether there was one.
  @discardableResult
  public mutating func remove(_ name: String) -> Bool {
    guard let index = properties.firstIndex(where: { $0.name == name }) else { return false }
    properties.remove(at: index)
    return true
  }
}

// MARK: - Paths

extension DeviceNode {
  /// The node that an absolute path such as `/soc/serial@10000000` names. The unit address may be left out where the
  /// rest of the name is unique among its siblings.
  public func node(at path: String) -> DeviceNode? {
    var node = self
    for component in Self.components(of: path) {
      guard let index = node.childIndex(component) else { return nil }
      node = node.children[index]
    }
    return node
  }

  /// Changes the node at `path`, having created those on the way that are missing when `creating` is true.
  /// - Returns: false, with nothing changed, when there is no such node.
  @discardableResult
  public mutating func edit(_ path: String, creating: Bool = false, _ change: (inout DeviceNode) -> Void) -> Bool {
    edit(Self.components(of: path)[...], creating: creating, change)
  }

  private mutating func edit(
    _ path: ArraySlice<Substring>, creating: Bool, _ change: (inout DeviceNode) -> Void
  ) -> Bool {
    guard let first = path.first else {
      change(&self)
      return true
    }
    if childIndex(first) == nil, creating { children.append(DeviceNode(String(first))) }
    guard let index = childIndex(first) else { return false }
    return children[index].edit(path.dropFirst(), creating: creating, change)
  }

  private static func components(of path: String) -> [Substring] { path.split(separator: "/") }

  private func childIndex(_ component: Substring) -> Int? {
    if let index = children.firstIndex(where: { $0.name == component }) { return index }
    guard !component.contains("@") else { return nil }
    let matches = children.indices.filter { children[$0].name.prefix { $0 != "@" } == component }
    return matches.count == 1 ? matches[0] : nil
  }
}

// MARK: - What a boot loader tells the kernel

extension DeviceTreeDocument {
  /// Announces kernel arguments, an initial RAM disk and random bytes in `/chosen`, as boot loaders do. Nil leaves what is
  /// there.
  /// - Parameters:
  ///   - initrd: first physical address, and the address after the last byte.
  ///   - rngSeed: what the kernel's random numbers may begin with.
  public mutating func setChosen(
    bootArguments: String? = nil, initrd: Range<UInt32>? = nil, rngSeed: [UInt8]? = nil
  ) {
    root.edit("/chosen", creating: true) { chosen in
      if let bootArguments { chosen.set("bootargs", bootArguments) }
      if let initrd {
        chosen.set("linux,initrd-start", initrd.lowerBound)
        chosen.set("linux,initrd-end", initrd.upperBound)
      }
      if let rngSeed { chosen.set("rng-seed", bytes: rngSeed) }
    }
  }
}
