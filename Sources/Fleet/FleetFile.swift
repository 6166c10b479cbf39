import Monitor
import YAMLReading

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
  public static func load(path: String? = nil, environment: Environment = .process) throws(YAMLErrors) -> Fleet {
    let file = try find(path)
    return try Fleet(yaml: YAMLFile.load(path: file), path: file, environment: environment)
  }

  private static func find(_ path: String?) throws(YAMLErrors) -> String {
    if let path, !YAMLFile.isFolder(path) { return path }
    let candidates = names.map { name in path.map { $0.hasSuffix("/") ? $0 + name : $0 + "/" + name } ?? name }
    guard let file = candidates.first(where: { access($0, F_OK) == 0 }) else {
      throw YAMLErrors([
        .absent("\(path ?? "."): there is no fleet.yaml or fleet.yml; write one, or name the fleet file")
      ])
    }
    return file
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
