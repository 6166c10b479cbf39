/// Where a trace goes.
final class TraceFile {
  private let stream: OutputStream
  private static let limit = 64 << 10

  /// Opens the file at `path`; `-` is standard output.
  init(path: String) throws(CommandError) {
    stream = OutputStream(try OutputFile.create(path), capacity: Self.limit + 4096)
  }

  /// Why no more can be written, as `errno`; nil while all is well.
  var failure: Int32? { stream.failure }

  /// Ends waiting for a reader when `interruption` can be read, or at `deadline`.
  func limitWaiting(interruption: FileDescriptor?, deadline: UInt64?) {
    stream.interruption = interruption
    stream.deadline = deadline
  }

  /// Adds a line, given without its line feed.
  func write(line: [UInt8]) {
    stream.append(line)
    stream.append(UInt8(ascii: "\n"))
    if stream.count >= Self.limit { stream.flush() }
  }

  /// Writes what has gathered.
  func flush() { stream.flush() }
}
