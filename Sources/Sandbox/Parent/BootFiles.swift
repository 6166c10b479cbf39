#if os(Linux)
  import Boards
  import GuestImage

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

    private mutating func open(_ path: String) throws(ImageError) {
      guard !files.contains(where: { $0.path == path }) else { return }
      let file = try HostFile.open(path, limit: ImageFile.defaultLimit)
      descriptors.append(OpenDescriptor(file.descriptor))
      files.append(Setup.File(path: path, length: file.length))
    }
  }
#endif
