/// The RAM of the machine an image is planned for.
public struct GuestRAM: Equatable, Sendable {
  /// A part of RAM that no image may touch.
  public struct Reservation: Equatable, Sendable {
    public var name: String
    public var range: Range<UInt64>
    public init(name: String, range: Range<UInt64>) {
      self.name = name
      self.range = range
    }
  }

  /// All of it, as physical addresses below 4 GiB.
  public var range: Range<UInt64>
  /// Distance in bytes from the start of RAM to where an S-mode kernel that leaves the choice to us goes.
  public var payloadOffset: UInt64
  public var reservations: [Reservation]

  /// - Parameters:
  ///   - size: In bytes; what would lie past 4 GiB is cut off.
  public init(base: UInt32, size: UInt64, payloadOffset: UInt64 = 4 << 20, reservations: [Reservation] = []) {
    let base = UInt64(base)
    range = base..<(base + min(size, (1 << 32) - base))
    self.payloadOffset = payloadOffset
    self.reservations = reservations
  }
}

/// The firmware that comes with the program.
public struct BuiltinFirmware: Sendable {
  /// A raw binary linked at the start of RAM, entered at its first byte.
  public var bytes: [UInt8]
  /// Bytes of RAM that it takes, its zero-initialised data and stacks included.
  public var memorySize: UInt64
  public init(bytes: [UInt8], memorySize: UInt64) {
    self.bytes = bytes
    self.memorySize = memorySize
  }
}

/// Which firmware runs in M-mode below the kernel.
public enum FirmwareChoice: Sendable {
  /// None for an image linked at the start of RAM, the built-in one for every other.
  case automatic
  case none
  case builtin
  /// An ELF, or a raw binary linked at the start of RAM, such as OpenSBI's fw_dynamic.bin or fw_jump.bin.
  case file(ImageFile)
}

/// A file with the address that it is to be loaded at, if the user named one.
public struct ImageAtAddress: Sendable {
  public var image: ImageFile
  public var address: UInt32?
  public init(_ image: ImageFile, address: UInt32? = nil) {
    self.image = image
    self.address = address
  }
}

/// Everything that decides what is in RAM when the hart starts.
public struct BootRequest: Sendable {
  public var ram: GuestRAM
  public var kernel: ImageAtAddress
  /// More images (`--load`): with an address the file's bytes go there as they are, without one an ELF to its own.
  public var additional: [ImageAtAddress] = []
  public var firmware: FirmwareChoice = .automatic
  public var builtinFirmware: BuiltinFirmware
  public var initrd: ImageFile?
  /// Bytes of the flattened device tree; 0 for none.
  public var deviceTreeSize: UInt64 = 0
  /// The kernel's command line.
  public var arguments: String = ""

  public init(ram: GuestRAM, kernel: ImageAtAddress, builtinFirmware: BuiltinFirmware) {
    self.ram = ram
    self.kernel = kernel
    self.builtinFirmware = builtinFirmware
  }
}
