/// A file for a guest, read, recognised by its content and checked as far as that needs no machine.
public struct ImageFile: Sendable {
  /// What the file holds.
  public enum Content: Sendable {
    case elf(ELFFile)
    case linuxImage(LinuxImageHeader)
    /// Anything else; only `raw` can be booted.
    case other(FileKind)
  }

  /// The path as the user gave it; the name in every message.
  public let path: String
  public let bytes: ArraySlice<UInt8>
  public let content: Content

  public var kind: FileKind {
    switch content {
    case .elf: .elf
    case .linuxImage: .linuxImage
    case .other(let kind): kind
    }
  }

  /// 2 GiB: all the RAM a guest can have.
  public static var defaultLimit: UInt64 { 2 << 30 }

  /// Reads and recognises the regular file at `path`.
  /// - Parameter limit: The most bytes accepted.
  public static func load(path: String, limit: UInt64 = defaultLimit) throws(ImageError) -> ImageFile {
    try ImageFile(path: path, bytes: HostFile.read(path, limit: limit))
  }

  /// Reads a file whose content does not matter, such as an initrd: `content` is `raw` whatever is in it.
  public static func loadVerbatim(path: String, limit: UInt64 = defaultLimit) throws(ImageError) -> ImageFile {
    ImageFile(path: path, verbatim: try HostFile.read(path, limit: limit))
  }

  /// Recognises bytes that are in memory already; `path` only names them.
  public init(path: String, bytes: [UInt8]) throws(ImageError) {
    if bytes.isEmpty { throw .empty(file: path) }
    self.path = path
    self.bytes = bytes[...]
    content =
      switch FileKind(recognising: bytes[...]) {
      case .elf: .elf(try ELFFile(bytes, file: path))
      case .linuxImage: .linuxImage(try LinuxImageHeader(bytes[...], file: path))
      case let kind: .other(kind)
      }
  }

  /// Takes bytes as they are.
  public init(path: String, verbatim bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes[...]
    content = .other(.raw)
  }
}
