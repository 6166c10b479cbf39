import Boards
import GuestImage
import Synchronization

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

  private let entries = Mutex<[BootDescription: Entry]>([:])

  /// The images of a boot, read now unless a guest has them as they are on disk.
  func images(for boot: BootDescription) throws(BootError) -> Shared {
    let identity = Self.files(of: boot).map(FileIdentity.init)
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
}
