#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder of this user in which monitors have their sockets.
public struct RuntimeFolder: Equatable, Sendable {
  public let path: String

  /// The folder at `path`, which is made unless it is there, is this user's, and that nobody else may enter.
  public init(path: String) throws(ControlError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .noFolder(path: path, reason: systemErrorText(errno))
    }
    var status = stat()
    // Not through a link that somebody else may have put there.
    guard lstat(path, &status) == 0 else { throw .noFolder(path: path, reason: systemErrorText(errno)) }
    let mode = UInt32(status.st_mode)
    guard mode & UInt32(S_IFMT) == UInt32(S_IFDIR) else { throw .foreignFolder(path: path, reason: "is no folder") }
    guard status.st_uid == geteuid() else { throw .foreignFolder(path: path, reason: "belongs to another user") }
    guard mode & 0o022 == 0 else { throw .foreignFolder(path: path, reason: "other users may write to it") }
    self.path = path
  }

  /// Where it is, by the first of these that applies: ROOST_RUNTIME_DIR; `roost` in XDG_RUNTIME_DIR; `roost` in
  /// `/run/user/UID`, if there is such a folder; `roost-UID` in TMPDIR, or in `/tmp`.
  public static func path(
    environment: (String) -> String?, user: UInt32 = geteuid(), isFolder: (String) -> Bool = isFolder
  ) -> String {
    func value(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
    if let path = value("ROOST_RUNTIME_DIR") { return path }
    if let path = value("XDG_RUNTIME_DIR") { return path + "/roost" }
    let folder = "/run/user/\(user)"
    if isFolder(folder) { return folder + "/roost" }
    return (value("TMPDIR") ?? "/tmp") + "/roost-\(user)"
  }

  /// The one of this process's environment.
  public static func standard() throws(ControlError) -> RuntimeFolder {
    try RuntimeFolder(path: path(environment: { getenv($0).map { String(cString: $0) } }))
  }

  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && UInt32(status.st_mode) & UInt32(S_IFMT) == UInt32(S_IFDIR)
  }

  /// The names of the fleets that have a socket here, in order; whether anyone listens is another matter.
  public var fleets: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(FleetPlace.socketSuffix) { names.append(String(name.dropLast(FleetPlace.socketSuffix.count))) }
    }
    return names.sorted()
  }
}
