/// Columns of text under their titles.
package struct TextTable {
  package enum Alignment: Sendable { case left, right }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  package init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }

  package mutating func add(_ row: [String]) { rows.append(row) }

  /// One line for the titles and one for each row, without ends of lines.
  package var lines: [String] {
    let all = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in all.map { $0[column].unicodeScalars.count }.max() ?? 0 }
    return all.map { row in
      var line = ""
      for (column, text) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - text.unicodeScalars.count)
        let isLast = column == row.count - 1
        line += columns[column].alignment == .right ? padding + text : text + (isLast ? "" : padding)
        if !isLast { line += "  " }
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  package var text: String { lines.map { $0 + "\n" }.joined() }
}
