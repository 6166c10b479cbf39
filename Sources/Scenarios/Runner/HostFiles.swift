#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files of the host.
enum HostFiles {
  /// Whether there is something at `path`.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
