import Boards
import Foundation
import Monitor

/// Guests that `make guests` has built.
enum BuiltGuest {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../guests/build").standardized

  /// A guest named after its image, with 16 MiB.
  static func describe(
    _ image: String, as name: String? = nil, _ change: (inout GuestDescription) -> Void = { _ in }
  ) -> GuestDescription {
    let kernel = folder.appending(path: "\(image).elf").path
    var description = GuestDescription(name: name ?? image, boot: BootDescription(kernel: kernel))
    description.machine.memory = 16 << 20
    change(&description)
    return description
  }
}
