#if os(Linux)
  import Boards
  import Glibc
  import GuestImage
  import Monitor
  import Snapshots
  import SystemBus

  /// The files that a guest is made of, opened for a child that cannot open any. The child reads them: nothing in them is
  /// looked at here.
  struct BootFiles {
    private(set) var files: [Setup.File] = []
    private(set) var descriptors: [OpenDescriptor] = []

    init() {}

    /// Opens what `boot` names, each file once.
    init(_ boot: BootDescription) throws(SandboxError) {
      do {
        try open(ImageArgument(boot.kernel).path)
        for argument in boot.load { try open(ImageArgument(argument).path) }
        if let firmware = boot.firmware, firmware != "none", firmware != "builtin" { try open(firmware) }
        for path in [boot.initrd, boot.deviceTree] { if let path { try open(path) } }
      } catch {
        throw .image(error)
      }
      guard files.count <= Inheritance.fileLimit else {
        throw .tooManyFiles(count: files.count, limit: Inheritance.fileLimit)
      }
    }

    /// Opens a snapshot, or writes it to a file without a name.
    init(_ origin: GuestOrigin) throws(SandboxError) {
      switch origin {
      case .file(let path):
        do throws(ImageError) { try open(path, limit: SnapshotFile.lengthLimit) } catch { throw .image(error) }
      case .memory(let guest): try write(guest)
      }
    }

    private mutating func write(_ guest: SavedGuest) throws(SandboxError) {
      let name = "the snapshot in memory"
      do throws(MemoryError) {
        descriptors.append(OpenDescriptor(try MemoryFile.openEmpty(name: "roost-snapshot")))
      } catch {
        throw .noResources(what: "memory", reason: errnoText(error.errorNumber))
      }
      var status = stat()
      do throws(SnapshotFileError) {
        try SnapshotFile.write(guest, to: descriptors[0].number, name: name)
      } catch {
        throw .noResources(what: "memory", reason: "\(error)")
      }
      guard fstat(descriptors[0].number, &status) == 0 else {
        throw .noResources(what: "memory", reason: errnoText())
      }
      files.append(Setup.File(path: name, length: UInt64(clamping: status.st_size)))
    }

    private mutating func open(_ path: String, limit: UInt64 = ImageFile.defaultLimit) throws(ImageError) {
      guard !files.contains(where: { $0.path == path }) else { return }
      let file = try HostFile.open(path, limit: limit)
      descriptors.append(OpenDescriptor(file.descriptor))
      files.append(Setup.File(path: path, length: file.length))
    }
  }
#endif
