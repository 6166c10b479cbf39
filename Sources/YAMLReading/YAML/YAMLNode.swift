import PlainText

/// A value of a YAML document with its place; aliases and merge keys are resolved.
package struct YAMLNode {
  package struct Entry {
    package var key: String
    package var position: TextPosition
    package var value: YAMLNode

    package init(key: String, position: TextPosition, value: YAMLNode) {
      self.key = key
      self.position = position
      self.value = value
    }
  }

  package enum Content {
    /// `isPlain` without quotes and not as a block.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    /// In the order of the file; each key once.
    case mapping([Entry])
    /// What an alias stands for that there is no anchor for; that is reported already.
    case unknown
  }

  package var position: TextPosition
  package var content: Content

  package init(position: TextPosition, content: Content) {
    self.position = position
    self.content = content
  }

  /// Whether it is not known, which need not be reported again.
  package var isUnknown: Bool {
    guard case .unknown = content else { return false }
    return true
  }

  /// Whether it says in words that there is nothing.
  package var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["~", "null", "Null", "NULL"].contains(text)
  }

  /// Whether there is nothing where a value could stand.
  package var isMissing: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return text.isEmpty
  }

  /// The entry of a mapping under `key`, if it is one that has it.
  package subscript(key: String) -> Entry? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }
  }

  /// What it is, for a message.
  package var found: String {
    switch content {
    case .scalar where isMissing: "nothing"
    case .scalar(let text, _): quoted(text)
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .unknown: "an unknown alias"
    }
  }
}
