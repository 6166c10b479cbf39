#if os(Linux)
  import CHost
  import Glibc

  /// What this process may do that others may not.
  enum Privileges {
    /// The user and group that own nothing.
    private static let nobody = 65534

    /// Gives up all capabilities, and those that a program started later could have got; all but the ones that becoming
    /// nobody takes, which go with that.
    static func drop() -> String? {
      for capability in 0...63 { _ = prctl(PR_CAPBSET_DROP, capability) }
      _ = chost_system_call(Int(SYS_prctl), Int(PR_CAP_AMBIENT), Int(PR_CAP_AMBIENT_CLEAR_ALL), 0, 0, 0)
      let kept: UInt32 = geteuid() == 0 ? 1 << UInt32(CAP_SETGID) | 1 << UInt32(CAP_SETUID) : 0
      return set(kept)
    }

    static func becomeNobody() -> String? {
      defer { _ = set(0) }
      return succeeded(chost_system_call(Int(SYS_setgroups), 0, 0, 0, 0, 0))
        ?? succeeded(chost_system_call(Int(SYS_setresgid), nobody, nobody, nobody, 0, 0))
        ?? succeeded(chost_system_call(Int(SYS_setresuid), nobody, nobody, nobody, 0, 0))
    }

    private static func set(_ capabilities: UInt32) -> String? {
      var header: (UInt32, Int32) = (UInt32(_LINUX_CAPABILITY_VERSION_3), 0)
      // Effective, permitted and inheritable ones, for the lower and the upper 32 numbers.
      let sets: [UInt32] = [capabilities, capabilities, 0, 0, 0, 0]
      return withUnsafeMutableBytes(of: &header) { header in
        sets.withUnsafeBytes { sets in
          succeeded(
            chost_system_call(
              Int(SYS_capset), Int(bitPattern: header.baseAddress), Int(bitPattern: sets.baseAddress), 0, 0, 0))
        }
      }
    }
  }
#endif
