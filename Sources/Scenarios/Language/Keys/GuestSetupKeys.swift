import Boards
import Harness
import YAMLReading

extension KeyTable<GuestSetup> {
  /// As in a fleet file where the key is there as well.
  static let setup = KeyTable(
    owner: "a guest", schemaName: "guest",
    keys: Key<BootDescription>.boot.map { $0.within(\.boot) }
      + Key<MachineDescription>.machine.map { $0.within(\.machine) } + [
        Key(
          "symbols", ValueType.path.list(limit: 16), \.symbols,
          "Files with more symbols than the kernel's own, such as the vmlinux of an Image.")
      ])
}
