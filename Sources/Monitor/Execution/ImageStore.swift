import Boards
import GuestImage
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads the files of a boot once for all the guests that boot the same.
final class ImageStore: Sendable {
  /// Images that are shared for as long as some guest has them.
  final class Shared: Sendable {
    let images: BootImages
    init(_ images: BootImages) { self.images = images }
  }

  private struct Entry {
    var identity: [FileIdentity]
    weak var shared: Shared?
  }

  /// What changes when a file is written to or replaced.
  private struct FileIdentity: Equatable {
    var device: UInt64
    var number: UInt64
    var size: Int64
    var seconds: Int64
    var nanoseconds: Int64
  }

  private let entries = Mutex<[BootDescription: Entry]>([:])

  /// The images of a boot, read now unless a guest has them as they are on disk.
  func images(for boot: BootDescription) throws(BootError) -> Shared {
    let identity = Self.files(of: boot).map(Self.identity)
    let known = entries.withLock { entries in
      entries[boot].flatMap { $0.identity == identity ? $0.shared : nil }
    }
    if let known { return known }
    let shared = Shared(try BootImages(boot))
    entries.withLock { entries in
      entries = entries.filter { $0.value.shared != nil }
      entries[boot] = Entry(identity: identity, shared: shared)
    }
    return shared
  }

  private static func files(of boot: BootDescription) -> [String] {
    let arguments = ([boot.kernel] + boot.load).map { (try? ImageArgument($0))?.path ?? $0 }
    return arguments + [boot.firmware, boot.initrd, boot.deviceTree].compactMap { $0 }
  }

  /// All zero for what is no file.
  private static func identity(_ path: String) -> FileIdentity {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return FileIdentity(device: 0, number: 0, size: 0, seconds: 0, nanoseconds: 0)
    }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return FileIdentity(
      device: UInt64(truncatingIfNeeded: status.st_dev), number: UInt64(status.st_ino), size: Int64(status.st_size),
      seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }
}
