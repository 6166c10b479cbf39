#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// This process.
enum HostProcess {
  static func end(_ code: Int32) -> Never { exit(code) }
}
