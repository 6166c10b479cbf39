/// A value of a YAML document with its place; aliases and merge keys are resolved.
struct YAMLNode {
  struct Entry {
    var key: String
    var position: TextPosition
    var value: YAMLNode
  }

  enum Content {
    /// `isPlain` without quotes and not as a block.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    /// In the order of the file; each key once.
    case mapping([Entry])
    /// What an alias stands for that there is no anchor for; that is reported already.
    case unknown
  }

  var position: TextPosition
  var content: Content

  /// Whether it is not known, which need not be reported again.
  var isUnknown: Bool {
    guard case .unknown = content else { return false }
    return true
  }

  /// Whether it says in words that there is nothing.
  var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["~", "null", "Null", "NULL"].contains(text)
  }

  /// Whether there is nothing where a value could stand.
  var isMissing: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return text.isEmpty
  }

  /// What it is, for a message.
  var found: String {
    switch content {
    case .scalar where isMissing: "nothing"
    case .scalar(let text, _): quoted(text)
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .unknown: "an unknown alias"
    }
  }
}

/// `text` in quotes, in one line of sensible length.
func quoted(_ text: String) -> String {
  let scalars = text.unicodeScalars
  let shown = scalars.prefix(60).map { $0.properties.isWhitespace || $0.value < 32 ? " " : $0 }
  return "'\(String(String.UnicodeScalarView(shown)))\(shown.count < scalars.count ? "…" : "")'"
}
