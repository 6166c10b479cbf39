#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files of the host.
enum HostFiles {
  struct Entry {
    var name: String
    /// Bytes on disk.
    var size: UInt64
    /// When it was last written or used, in seconds since 1970.
    var used: Int
  }

  /// Whether there is something at `path`.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Makes a folder and those that it is in, as far as they are not there and can be made.
  static func makeFolder(_ path: String) {
    var place = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      place += "/" + part
      mkdir(place, 0o777)
    }
  }

  /// The regular files in a folder.
  static func files(in folder: String) -> [Entry] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var entries: [Entry] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      var status = stat()
      guard lstat("\(folder)/\(name)", &status) == 0, mode_t(status.st_mode) & S_IFMT == S_IFREG else { continue }
      #if canImport(Darwin)
        let used = status.st_mtimespec.tv_sec
      #else
        let used = status.st_mtim.tv_sec
      #endif
      entries.append(Entry(name: name, size: UInt64(clamping: status.st_blocks) * 512, used: used))
    }
    return entries
  }

  /// Tells this program from others, and from what it was before it was built again.
  static var program: String {
    var status = stat()
    #if canImport(Darwin)
      let path = CommandLine.arguments.first ?? ""
    #else
      let path = "/proc/self/exe"
    #endif
    guard stat(path, &status) == 0 else { return "unknown" }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return "\(status.st_size) bytes of \(time.tv_sec).\(time.tv_nsec)"
  }
}
