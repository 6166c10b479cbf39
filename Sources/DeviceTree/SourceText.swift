extension DeviceTreeDocument {
  /// The tree as device tree source, which `dtc` compiles back to an equal tree.
  public var source: String {
    var writer = SourceWriter()
    writer.line("/dts-v1/;")
    for reservation in reservations {
      writer.line("/memreserve/ \(hex(reservation.address)) \(hex(reservation.size));")
    }
    writer.line("")
    writer.add(root, name: "/")
    return writer.text
  }
}

private struct SourceWriter {
  private(set) var text = ""
  private var depth = 0

  mutating func line(_ content: String) {
    if !content.isEmpty { text += String(repeating: "\t", count: depth) + content }
    text += "\n"
  }

  mutating func add(_ node: DeviceNode, name: String) {
    line(name + " {")
    depth += 1
    for property in node.properties { line(Self.source(of: property)) }
    for child in node.children {
      line("")
      add(child, name: child.name)
    }
    depth -= 1
    line("};")
  }

  /// Text looks like text, whole cells like cells, and the rest like bytes: the blob does not tell which it is.
  private static func source(of property: DeviceNode.Property) -> String {
    let value = property.value
    if value.isEmpty { return property.name + ";" }
    if let strings = printableStrings(value) {
      return property.name + " = " + strings.map { "\"" + escaped($0) + "\"" }.joined(separator: ", ") + ";"
    }
    if value.count % 4 == 0 {
      let cells = stride(from: 0, to: value.count, by: 4).map { start in
        hex(value[start..<start + 4].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
      }
      return property.name + " = <" + cells.joined(separator: " ") + ">;"
    }
    let bytes = value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return property.name + " = [" + bytes.joined(separator: " ") + "];"
  }

  /// The strings a value consists of, when it is nothing but printable, non-empty, NUL-terminated strings.
  private static func printableStrings(_ value: [UInt8]) -> [ArraySlice<UInt8>]? {
    guard value.last == 0 else { return nil }
    let strings = value.dropLast().split(separator: 0, omittingEmptySubsequences: false)
    let isText = strings.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x20...0x7E).contains($0) } }
    return isText ? strings : nil
  }

  private static func escaped(_ text: ArraySlice<UInt8>) -> String {
    text.reduce(into: "") { result, byte in
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { result += "\\" }
      result.unicodeScalars.append(Unicode.Scalar(byte))
    }
  }
}

private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
