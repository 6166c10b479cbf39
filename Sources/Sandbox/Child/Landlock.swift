#if os(Linux)
  import CHost

  /// Landlock: rules about files and networks that a process makes for itself (Linux 5.13 and later).
  enum Landlock {
    /// What each version of the interface can forbid, beyond those before it: file access (`LANDLOCK_ACCESS_FS_*`),
    /// network access (`LANDLOCK_ACCESS_NET_*`) and reach (`LANDLOCK_SCOPE_*`).
    private static let versions: [(files: UInt64, network: UInt64, reach: UInt64)] = [
      (0x1FFF, 0, 0), (0x2000, 0, 0), (0x4000, 0, 0), (0, 0x3, 0), (0x8000, 0, 0), (0, 0, 0x3),
    ]

    /// Forbids everything that this host's version knows of.
    static func restrict() -> String? {
      let version = chost_system_call(
        Int(SYS_landlock_create_ruleset), 0, 0, Int(LANDLOCK_CREATE_RULESET_VERSION), 0, 0)
      guard version > 0 else { return errnoText() }
      let known = versions.prefix(version)
      let attributes = [known.map(\.files), known.map(\.network), known.map(\.reach)].map { $0.reduce(0, |) }
      // Older hosts refuse fields that they do not know.
      let size = (version < 4 ? 1 : version < 6 ? 2 : 3) * MemoryLayout<UInt64>.size
      let rules = attributes.withUnsafeBytes {
        chost_system_call(Int(SYS_landlock_create_ruleset), Int(bitPattern: $0.baseAddress), size, 0, 0, 0)
      }
      guard rules >= 0 else { return errnoText() }
      defer { _ = chost_system_call(Int(SYS_close), rules, 0, 0, 0, 0) }
      // No rule allows anything.
      return succeeded(chost_system_call(Int(SYS_landlock_restrict_self), rules, 0, 0, 0, 0))
    }
  }
#endif
