import PlainText

/// A key of a mapping: what the parser, the search for the nearest key, the schema and the documentation know of it.
package struct Key<Target>: Sendable {
  package let name: String
  /// What it is for, in a sentence.
  package let summary: String
  /// What its value looks like, in words.
  package let expected: String
  /// What holds without it, as it could be written; nil for nothing, or what the summary says.
  package let initial: String?
  /// Names it has elsewhere, for those who try them here.
  package let otherNames: [String]
  package let schema: JSONValue
  /// Reads its value into `target`, or reports why not.
  package let read: @Sendable (_ value: YAMLNode, _ target: inout Target, Reading) -> Void

  /// A key with a value of `type`.
  package init<Value>(
    _ name: String, _ type: ValueType<Value>, _ path: WritableKeyPath<Target, Value> & Sendable, _ summary: String,
    initial: String? = nil, otherNames: [String] = []
  ) {
    self.init(name, type, summary, initial: initial, otherNames: otherNames) { $0[keyPath: path] = $1 }
  }

  /// A key with a value of `type`, or `null` for none.
  package init<Value>(
    _ name: String, optional type: ValueType<Value>, _ path: WritableKeyPath<Target, Value?> & Sendable,
    _ summary: String, initial: String? = nil, otherNames: [String] = []
  ) {
    self.init(name, type.orNull, summary, initial: initial, otherNames: otherNames) { $0[keyPath: path] = $1 }
  }

  /// A key with a mapping of other keys, or with just the value of one of them, the `short` one.
  package init<Nested>(
    _ name: String, _ keys: KeyTable<Nested>, short: String, _ path: WritableKeyPath<Target, Nested> & Sendable,
    _ summary: String, otherNames: [String] = []
  ) {
    self.name = name
    self.summary = summary
    expected = "a mapping, or just its '\(short)'"
    initial = nil
    self.otherNames = otherNames
    schema = .anyOf([keys.reference, keys.keys.first { $0.name == short }?.schema ?? .bool(false)])
    read = { node, target, reading in
      if case .mapping = node.content {
        keys.read(node, into: &target[keyPath: path], reading)
      } else {
        keys.keys.first { $0.name == short }?.read(node, &target[keyPath: path], reading)
      }
    }
  }

  package init<Value>(
    _ name: String, _ type: ValueType<Value>, _ summary: String, initial: String? = nil, otherNames: [String] = [],
    store: @escaping @Sendable (inout Target, Value) -> Void
  ) {
    self.name = name
    self.summary = summary
    expected = type.expected
    self.initial = initial
    self.otherNames = otherNames
    schema = type.schema
    read = { node, target, reading in
      if let value = type.read(node, name, reading) { store(&target, value) }
    }
  }
}

extension Key {
  /// The same key for what has a `Target` at `path`.
  package func within<Outer>(_ path: WritableKeyPath<Outer, Target> & Sendable) -> Key<Outer> {
    Key<Outer>(self, path)
  }

  private init<Inner>(_ inner: Key<Inner>, _ path: WritableKeyPath<Target, Inner> & Sendable) {
    name = inner.name
    summary = inner.summary
    expected = inner.expected
    initial = inner.initial
    otherNames = inner.otherNames
    schema = inner.schema
    read = { node, target, reading in inner.read(node, &target[keyPath: path], reading) }
  }
}

/// The keys of a mapping.
package struct KeyTable<Target>: Sendable {
  /// What has these keys, such as `a guest`.
  package let owner: String
  /// Its name in the schema.
  package let schemaName: String
  package let keys: [Key<Target>]
  /// Prefix of the keys that mean nothing, and may hold anything; nil for none.
  package let ignoredPrefix: String?

  package init(owner: String, schemaName: String, keys: [Key<Target>], ignoredPrefix: String? = nil) {
    self.owner = owner
    self.schemaName = schemaName
    self.keys = keys
    self.ignoredPrefix = ignoredPrefix
  }

  /// Reads a mapping into `target`, reporting what is wrong with it.
  package func read(_ node: YAMLNode, into target: inout Target, _ reading: Reading) {
    guard case .mapping(let entries) = node.content else {
      if !node.isUnknown {
        reading.report(.badValue(key: owner, found: node.found, expected: "a mapping of keys"), at: node.position)
      }
      return
    }
    for entry in entries {
      if let key = keys.first(where: { $0.name == entry.key }) {
        key.read(entry.value, &target, reading)
      } else if !(ignoredPrefix.map { entry.key.hasPrefix($0) } ?? false) {
        reading.report(
          .unknownKey(
            key: entry.key, owner: owner, nearest: nearestKey(to: entry.key), known: keys.map(\.name)),
          at: entry.position)
      }
    }
  }

  private func nearestKey(to word: String) -> String? {
    keys.first { $0.otherNames.contains(word) }?.name ?? nearest(to: word, among: keys.map(\.name))
  }
}
