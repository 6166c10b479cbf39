/// What is in memory when a machine starts, as the user names it: paths and choices, no file read yet.
public struct BootDescription: Codable, Hashable, Sendable {
  /// `FILE` or `FILE@ADDRESS`.
  public var kernel: String
  /// More files for RAM: `FILE@ADDRESS`, or an ELF at its own addresses.
  public var load: [String] = []
  /// `none`, `builtin`, or a file; nil for what suits the kernel.
  public var firmware: String?
  public var initrd: String?
  /// The kernel's command line.
  public var append: String?
  /// A flattened device tree in place of the machine's own.
  public var deviceTree: String?

  public init(kernel: String) { self.kernel = kernel }
}
