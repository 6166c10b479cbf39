/// Where the bytes of the files come from that the user has named.
public struct FileReader {
  /// Reads a whole file of at most `limit` bytes.
  public typealias Read = (_ path: String, _ limit: UInt64) throws(ImageError) -> [UInt8]

  private let read: Read

  public init(_ read: @escaping Read) { self.read = read }

  /// Opens regular files of the host by their paths.
  public static var host: FileReader { FileReader(HostFile.read) }

  /// Reads a file and recognises what it is.
  /// - Parameter limit: the most bytes accepted.
  public func load(_ path: String, limit: UInt64 = ImageFile.defaultLimit) throws(ImageError) -> ImageFile {
    try ImageFile(path: path, bytes: read(path, limit))
  }

  /// Reads a file whose content does not matter: it is `raw` whatever is in it.
  public func loadVerbatim(_ path: String, limit: UInt64 = ImageFile.defaultLimit) throws(ImageError) -> ImageFile {
    ImageFile(path: path, verbatim: try read(path, limit))
  }
}
