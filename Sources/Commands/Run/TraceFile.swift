import Boards

/// Where a trace goes.
final class TraceFile {
  private let file: FileDescriptor
  /// Why no more can be written, as `errno`; nil while all is well.
  private(set) var failure: Int32?
  /// Passes on what the machine logs.
  private(set) lazy var log = CommitLog { [unowned self] lines in write(lines) }

  /// Opens the file at `path`; `-` is standard output.
  init(path: String) throws(CommandError) { file = try OutputFile.create(path) }

  private func write(_ lines: UnsafeRawBufferPointer) {
    guard failure == nil else { return }
    let number = file.write(lines)
    if number != 0 { failure = number }
  }
}
