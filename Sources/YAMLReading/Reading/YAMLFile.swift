import GuestImage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// YAML files on disk.
package enum YAMLFile {
  /// Bytes that one may have.
  package static let sizeLimit = 1 << 20

  /// The bytes of the file at `path`, which may be empty.
  package static func load(path: String) throws(YAMLErrors) -> ArraySlice<UInt8> {
    do throws(ImageError) {
      return try ImageFile.loadVerbatim(path: path, limit: UInt64(sizeLimit)).bytes
    } catch .empty {
      return []
    } catch {
      throw YAMLErrors([.unreadable(error)])
    }
  }

  /// Refuses more bytes than `sizeLimit`.
  package static func checkSize(_ count: Int, path: String) throws(YAMLErrors) {
    guard count <= sizeLimit else {
      throw YAMLErrors([.unreadable(.tooLarge(file: path, size: UInt64(count), limit: UInt64(sizeLimit)))])
    }
  }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && mode_t(status.st_mode) & S_IFMT == S_IFDIR
  }

  /// The folder that the file at `path` is in, absolute: that of the file itself, through whatever links it was named, so
  /// that it is the same for whoever reads the file again.
  package static func folder(of path: String) -> String {
    if let resolved = realpath(path, nil) {
      defer { free(resolved) }
      return "/" + String(cString: resolved).split(separator: "/").dropLast().joined(separator: "/")
    }
    var parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast().filter { $0 != "." }
    if !path.hasPrefix("/") { parts.insert(contentsOf: currentFolder().split(separator: "/"), at: 0) }
    return "/" + parts.joined(separator: "/")
  }

  private static func currentFolder() -> String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }
}
