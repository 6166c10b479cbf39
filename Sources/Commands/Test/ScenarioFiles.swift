#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Finds scenario files.
enum ScenarioFiles {
  /// Folders in folders that are looked into.
  private static let depthLimit = 16

  /// The file at `path`, or all YAML files in the folder there and below, by name. Names that begin with a dot do not count.
  static func find(_ path: String) -> [String] {
    isFolder(path)
      ? files(in: path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path, depth: 0) : [path]
  }

  private static func files(in folder: String, depth: Int) -> [String] {
    guard depth < depthLimit, let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted().flatMap { name -> [String] in
      let path = folder == "/" ? "/" + name : folder + "/" + name
      if isFolder(path) { return files(in: path, depth: depth + 1) }
      return name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? [path] : []
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && mode_t(status.st_mode) & S_IFMT == S_IFDIR
  }
}
