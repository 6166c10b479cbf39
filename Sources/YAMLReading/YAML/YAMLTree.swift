import PlainText
import Yams

/// Makes a tree of what Yams read: aliases and merge keys resolved, every key a text, no key twice.
struct YAMLTree {
  /// Values a tree may have, counting what an alias stands for each time.
  static let limit = 500_000

  private let reading: Reading
  private var anchors: [String: (node: YAMLNode, size: Int)] = [:]
  /// Values so far.
  private var size = 0

  init(_ reading: Reading) { self.reading = reading }

  /// - Throws: If there are too many values.
  mutating func node(_ node: Yams.Node) throws(Flaw) -> YAMLNode {
    let before = size
    let position = node.mark.map { TextPosition($0) } ?? TextPosition()
    try count(1, at: position)
    var result: YAMLNode
    switch node {
    case .scalar(let scalar):
      if let name = aliasName(scalar) {
        result = try resolve(name, at: position)
      } else {
        result = YAMLNode(position: position, content: content(of: scalar))
      }
    case .sequence(let sequence):
      var elements: [YAMLNode] = []
      for element in sequence { elements.append(try self.node(element)) }
      result = YAMLNode(position: position, content: .sequence(elements))
    case .mapping(let mapping):
      result = YAMLNode(position: position, content: .mapping(try entries(of: mapping)))
    case .alias:
      result = YAMLNode(position: position, content: .sequence([]))
    }
    if let anchor = node.anchor { anchors[anchor.rawValue] = (result, size - before) }
    return result
  }

  private mutating func count(_ values: Int, at position: TextPosition) throws(Flaw) {
    size += values
    guard size <= Self.limit else { throw Flaw(position, .tooManyValues(limit: Self.limit)) }
  }

  private func content(of scalar: Yams.Node.Scalar) -> YAMLNode.Content {
    .scalar(YAMLSource.original(scalar.string), isPlain: scalar.style == .plain)
  }

  // MARK: Aliases

  private func aliasName(_ scalar: Yams.Node.Scalar) -> String? {
    guard scalar.style == .plain, scalar.string.unicodeScalars.first == YAMLSource.star else { return nil }
    return YAMLSource.original(String(scalar.string.unicodeScalars.dropFirst()))
  }

  private mutating func resolve(_ name: String, at position: TextPosition) throws(Flaw) -> YAMLNode {
    guard let anchor = anchors[name] else {
      reading.report(
        .unknownAlias(name: name, nearest: nearest(to: name, among: anchors.keys.sorted())), at: position)
      return YAMLNode(position: position, content: .unknown)
    }
    try count(anchor.size, at: position)
    return anchor.node
  }

  // MARK: Mappings

  private mutating func entries(of mapping: Yams.Node.Mapping) throws(Flaw) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var lines: [String: Int] = [:]
    var merged: [YAMLNode] = []
    for (key, value) in mapping {
      let key = try node(key)
      let value = try node(value)
      guard case .scalar(let text, let isPlain) = key.content else {
        if !key.isUnknown { reading.report(.keyNotText, at: key.position) }
        continue
      }
      if let line = lines.updateValue(key.position.line, forKey: text) {
        reading.report(.duplicateKey(key: text, firstLine: line), at: key.position)
      } else if text == "<<", isPlain {
        merged += sources(of: value)
      } else {
        entries.append(YAMLNode.Entry(key: text, position: key.position, value: value))
      }
    }
    for source in merged { try merge(source, into: &entries, known: &lines) }
    return entries
  }

  /// The mappings that a merge key names: one, or a list of which the first has the last word.
  private func sources(of value: YAMLNode) -> [YAMLNode] {
    let candidates = if case .sequence(let elements) = value.content { elements } else { [value] }
    return candidates.filter { candidate in
      if case .mapping = candidate.content { return true }
      if !candidate.isUnknown { reading.report(.badMerge, at: candidate.position) }
      return false
    }
  }

  /// Adds the entries that are not there yet.
  private mutating func merge(
    _ source: YAMLNode, into entries: inout [YAMLNode.Entry], known: inout [String: Int]
  ) throws(Flaw) {
    guard case .mapping(let additions) = source.content else { return }
    for entry in additions where known[entry.key] == nil {
      known[entry.key] = entry.position.line
      entries.append(entry)
    }
  }
}
