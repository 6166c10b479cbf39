#if os(Linux)
  import CHost
  import Glibc

  /// A view of the host with nothing in it.
  enum Namespaces {
    private static let kinds = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP

    /// Leaves the host's mounts, networks, message queues and names. Only root may do so as it is; others become root of a
    /// user namespace for it, where the host lets them.
    static func leave() -> String? {
      if unshare(kinds) { return nil }
      return unshare(kinds | CLONE_NEWUSER) ? nil : errnoText()
    }

    private static func unshare(_ flags: CInt) -> Bool {
      chost_system_call(Int(SYS_unshare), Int(flags), 0, 0, 0, 0) == 0
    }

    /// Replaces the root folder by an empty one that nothing can be put into.
    static func emptyRoot() -> String? {
      // Any folder will do to mount it on; this one every host has.
      let place = "/proc"
      guard mount(nil, "/", nil, UInt(MS_REC) | UInt(MS_PRIVATE), nil) == 0 else { return errnoText() }
      let flags = UInt(MS_RDONLY) | UInt(MS_NOSUID) | UInt(MS_NODEV) | UInt(MS_NOEXEC)
      guard mount("none", place, "tmpfs", flags, "size=4096,nr_inodes=1,mode=555") == 0 else { return errnoText() }
      guard chdir(place) == 0 else { return errnoText() }
      // The old root comes to lie on top of the new one, and is taken away from there.
      let swapped = ".".withCString { here in
        chost_system_call(Int(SYS_pivot_root), Int(bitPattern: here), Int(bitPattern: here), 0, 0, 0)
      }
      guard swapped == 0, umount2(".", CInt(MNT_DETACH)) == 0, chdir("/") == 0 else { return errnoText() }
      return nil
    }
  }
#endif
