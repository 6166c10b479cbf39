import GuestImage
import Monitor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Fleet files on disk.
public enum FleetFile {
  /// What a fleet file is called if nobody says otherwise, the first that is there.
  public static let names = ["fleet.yaml", "fleet.yml"]

  /// Reads a fleet file.
  /// - Parameter path: Of the file, or of a folder that has one of `names` in it; nil for the current folder.
  public static func load(path: String? = nil, environment: Environment = .process) throws(FleetErrors) -> Fleet {
    let file = try find(path)
    let bytes: ArraySlice<UInt8>
    do throws(ImageError) {
      bytes = try ImageFile.loadVerbatim(path: file, limit: UInt64(Fleet.sizeLimit)).bytes
    } catch .empty {
      bytes = []
    } catch {
      throw FleetErrors([.unreadable(error)])
    }
    return try Fleet(yaml: bytes, path: file, environment: environment)
  }

  private static func find(_ path: String?) throws(FleetErrors) -> String {
    if let path, !isFolder(path) { return path }
    let candidates = names.map { name in path.map { $0.hasSuffix("/") ? $0 + name : $0 + "/" + name } ?? name }
    guard let file = candidates.first(where: { access($0, F_OK) == 0 }) else {
      throw FleetErrors([.noFile(folder: path ?? ".")])
    }
    return file
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && mode_t(status.st_mode) & S_IFMT == S_IFDIR
  }

  /// The folder that the file at `path` is in, absolute: that of the file itself, through whatever links it was named, so
  /// that it is the same for whoever reads the file again.
  static func folder(of path: String) -> String {
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

  /// A name for a fleet whose file is in `folder`: the folder's, as far as it can be one.
  static func name(forFolder folder: String) -> String {
    let last = folder.split(separator: "/").last ?? ""
    let letters = last.unicodeScalars.map { scalar in
      GuestDescription.isValid(name: "a\(scalar)") ? Character(scalar) : "-"
    }
    let name = String(letters.drop { "._-".contains($0) }.prefix(63))
    return name.isEmpty ? "fleet" : name
  }
}
