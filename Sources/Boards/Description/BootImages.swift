import DeviceTree
import GuestImage

/// Every file that a boot needs, read and checked. Machines that boot the same share it.
public struct BootImages: Sendable {
  public let kernel: ImageAtAddress
  package let additional: [ImageAtAddress]
  package let firmware: FirmwareChoice
  private let initrd: ImageFile?
  private let arguments: String?
  /// The user's device tree, in place of the machine's own.
  private let deviceTree: DeviceTreeDocument?

  /// Reads the files.
  /// - Parameter reader: where the bytes of a file come from.
  public init(_ description: BootDescription, reader: FileReader = .host) throws(BootError) {
    do {
      let place = try ImageArgument(description.kernel)
      kernel = ImageAtAddress(try reader.load(place.path), address: place.address)
      additional = try description.load.map { argument throws(ImageError) in try Self.additional(argument, reader) }
      firmware = try Self.firmware(description.firmware, reader)
      initrd = try description.initrd.map { path throws(ImageError) in try reader.loadVerbatim(path) }
      arguments = description.append
    } catch {
      throw .image(error)
    }
    deviceTree = try description.deviceTree.map { path throws(BootError) in try Self.deviceTree(path, reader) }
  }

  private static func firmware(_ choice: String?, _ reader: FileReader) throws(ImageError) -> FirmwareChoice {
    switch choice {
    case nil: .automatic
    case "none": .none
    case "builtin": .builtin
    case let path?: .file(try reader.load(path))
    }
  }

  /// A file with an address goes into memory as it is, whatever it holds.
  private static func additional(_ argument: String, _ reader: FileReader) throws(ImageError) -> ImageAtAddress {
    let place = try ImageArgument(argument)
    guard let address = place.address else { return ImageAtAddress(try reader.load(place.path)) }
    return ImageAtAddress(try reader.loadVerbatim(place.path), address: address)
  }

  private static func deviceTree(_ path: String, _ reader: FileReader) throws(BootError) -> DeviceTreeDocument {
    do {
      let file = try reader.loadVerbatim(path, limit: UInt64(DeviceTreeDocument.Limits.size))
      return try DeviceTreeDocument(flattened: Array(file.bytes))
    } catch let error as ImageError {
      throw .image(error)
    } catch let error as DeviceTreeError {
      throw .deviceTree(file: path, error)
    } catch {
      throw .image(.cannotRead(file: path, reason: "\(error)"))
    }
  }

  /// What goes where in the RAM of `machine`.
  public func plan(for machine: VirtMachine) throws(ImageError) -> BootPlan {
    let ram = GuestRAM(base: machine.ram.base, size: UInt64(machine.ram.size))
    var request = BootRequest(ram: ram, kernel: kernel, builtinFirmware: .embedded)
    request.additional = additional
    request.firmware = firmware
    request.initrd = initrd
    request.arguments = arguments ?? ""
    // An initrd takes the same room in the tree wherever it lies; the note of the built-in firmware may not be needed.
    let anywhere: Range<UInt64>? = initrd == nil ? nil : 0..<1
    request.deviceTreeSize = UInt64(deviceTree(for: machine, under: .builtin, initrd: anywhere).count)
    return try BootPlanner.plan(request)
  }

  /// Where a kernel that runs bare reports its end as on Spike, if it does.
  public func hostInterface(under plan: BootPlan) -> UInt32? {
    guard plan.firmware == .none, case .elf(let elf) = kernel.image.content else { return nil }
    return try? elf.symbols().symbol(named: "tohost")?.address
  }

  /// The device tree for a boot of `machine`, complete and flattened.
  public func deviceTree(for machine: VirtMachine, under firmware: BootPlan.Firmware, initrd: Range<UInt64>?) -> [UInt8]
  {
    var document = deviceTree ?? machine.deviceTree.document()
    if firmware == .builtin { reserveFirmware(of: machine, in: &document) }
    document.setChosen(
      bootArguments: arguments,
      initrd: initrd.map {
        UInt32(truncatingIfNeeded: $0.lowerBound)..<UInt32(truncatingIfNeeded: $0.upperBound)
      },
      // A tree of the user's own is left as it is, unless a seed was asked for.
      rngSeed: deviceTree == nil || machine.configuration.seed != nil ? machine.rngSeed : nil)
    return document.flattened()
  }

  /// Tells the kernel which memory the built-in firmware keeps to itself, as OpenSBI does for its own.
  private func reserveFirmware(of machine: VirtMachine, in document: inout DeviceTreeDocument) {
    var region = DeviceNode("mmode_resv0@" + String(machine.ram.base, radix: 16))
    region.set("reg", 0, machine.ram.base, 0, UInt32(truncatingIfNeeded: BuiltinFirmware.embedded.memorySize))
    region.set("no-map")
    document.root.edit("/reserved-memory", creating: true) { node in
      node.set("#address-cells", 2)
      node.set("#size-cells", 2)
      node.set("ranges")
      node.children.append(region)
    }
  }
}
