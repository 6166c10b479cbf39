/// Where a trace goes.
final class TraceFile {
  private let file: FileDescriptor
  private var buffer: [UInt8] = []
  private static let limit = 64 << 10
  /// Why no more can be written, as `errno`; nil while all is well.
  private(set) var failure: Int32?

  /// Opens the file at `path`; `-` is standard output.
  init(path: String) throws(CommandError) {
    file = try OutputFile.create(path)
    buffer.reserveCapacity(Self.limit + 4096)
  }

  /// Adds a line, given without its line feed.
  func write(line: [UInt8]) {
    buffer.append(contentsOf: line)
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.limit { flush() }
  }

  /// Writes what has gathered.
  func flush() {
    if failure == nil {
      let number = file.write(buffer)
      if number != 0 { failure = number }
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
