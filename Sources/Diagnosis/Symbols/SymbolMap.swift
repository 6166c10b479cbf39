import Boards
import GuestImage
import RegisterMaps

/// The names of a guest's addresses, from all of its images: kernel, firmware, and whatever else has symbols.
///
/// An image that is linked at virtual addresses is also known by the physical ones, where it runs until it turns
/// translation on.
public struct SymbolMap: Sendable {
  /// Where an image is, and what is known of it there.
  private struct Region: Sendable {
    var range: Range<UInt64>
    /// What to add to an address here to get the one that the symbols have.
    var shift: UInt32
    /// Index of its table; nil where there are no symbols.
    var table: Int?
    /// What to call a place without a symbol, such as `the SBI firmware`; nil for its address alone.
    var name: String?
    var isFirmware = false
  }

  private var tables: [SymbolTable] = []
  /// The first that holds an address counts.
  private var regions: [Region] = []

  /// A map that knows only the boot ROM.
  public init() {
    let rom = UInt64(MemoryMap.bootROM.base)
    regions = [
      Region(range: rom..<rom + UInt64(MemoryMap.bootROM.size), shift: 0, name: "the boot ROM", isFirmware: true)
    ]
  }

  /// The images of a boot. A symbol table that is damaged counts as none: the image can be booted all the same.
  public init(_ images: BootImages, under plan: BootPlan) {
    self.init()
    add(images.kernel.image)
    for image in images.additional where image.address == nil { add(image.image) }
    addFirmware(images.firmware, under: plan)
  }

  /// Adds an ELF's symbols; any other image has none.
  public mutating func add(_ image: ImageFile) { add(image, isFirmware: false) }

  private mutating func add(_ image: ImageFile, isFirmware: Bool) {
    guard case .elf(let elf) = image.content else { return }
    let symbols = try? elf.symbols()
    if let symbols { tables.append(symbols) }
    let table = symbols == nil ? nil : tables.count - 1
    let name = isFirmware ? "the firmware \(image.path)" : nil
    func region(_ range: Range<UInt64>, shift: UInt32) -> Region {
      Region(range: range, shift: shift, table: table, name: name, isFirmware: isFirmware)
    }
    let offset = elf.countsPhysicalAddressesFromZero ? UInt64(MemoryMap.payloadBase) : 0
    for segment in elf.segments { regions.append(region(segment.virtualRange, shift: 0)) }
    for segment in elf.segments {
      let physical = segment.physicalRange.lowerBound + offset..<segment.physicalRange.upperBound + offset
      guard physical != segment.virtualRange else { continue }
      let shift = segment.virtualAddress &- UInt32(truncatingIfNeeded: physical.lowerBound)
      regions.append(region(physical, shift: shift))
    }
  }

  private mutating func addFirmware(_ firmware: FirmwareChoice, under plan: BootPlan) {
    let base = UInt64(MemoryMap.ramBase)
    switch (plan.firmware, firmware) {
    case (.none, _): break
    case (.builtin, _):
      let size = BuiltinFirmware.embedded.memorySize
      regions.append(Region(range: base..<base + size, shift: 0, name: "the SBI firmware", isFirmware: true))
    case (.file(let path), .file(let image)):
      if case .elf = image.content { return add(image, isFirmware: true) }
      let size = UInt64(image.bytes.count)
      regions.append(Region(range: base..<base + size, shift: 0, name: "the firmware \(path)", isFirmware: true))
    case (.file, _): break
    }
  }

  private func region(at address: UInt32) -> Region? { regions.first { $0.range.contains(UInt64(address)) } }

  /// `name`, `name+0x1c`, or `the SBI firmware`; nil for an address of no image, and where an image has no symbols.
  public func describe(_ address: UInt32) -> String? {
    describe(address, asPartOf: address)
  }

  /// The same for an address to which a call returns. What follows a call that never returns may be another function.
  func describeReturn(to address: UInt32) -> String? {
    address == 0 ? describe(0) : describe(address, asPartOf: address &- 1)
  }

  private func describe(_ address: UInt32, asPartOf part: UInt32) -> String? {
    symbol(at: address, asPartOf: part) ?? region(at: part)?.name
  }

  /// `name` or `name+0x1c`; nil where no image has a symbol.
  public func symbol(at address: UInt32) -> String? { symbol(at: address, asPartOf: address) }

  private func symbol(at address: UInt32, asPartOf part: UInt32) -> String? {
    guard let region = region(at: part), let table = region.table,
      let (symbol, _) = tables[table].nearest(to: part &+ region.shift)
    else { return nil }
    let name = readable(symbol.name)
    let offset = address &+ region.shift &- symbol.address
    return offset == 0 ? name : "\(name)+\(hexadecimal(offset))"
  }

  /// The address, and what is there if that is known: `0x80400010 <main+0x4>`.
  public func place(_ address: UInt32) -> String {
    hexadecimal(address) + (describe(address).map { " <\($0)>" } ?? "")
  }

  /// The same for an address to which a call returns.
  func placeOfReturn(to address: UInt32) -> String {
    hexadecimal(address) + (describeReturn(to: address).map { " <\($0)>" } ?? "")
  }

  /// The name of the function, or of whatever else is there, without the distance to its start.
  func name(at address: UInt32) -> String? {
    guard let region = region(at: address), let table = region.table else { return nil }
    return tables[table].nearest(to: address &+ region.shift)?.symbol.name
  }

  /// Whether the address belongs to the boot ROM or a firmware.
  public func isFirmware(_ address: UInt32) -> Bool { region(at: address)?.isFirmware ?? false }

  /// The address of that name, as linked; the kernel's if several images have it.
  public func address(of name: String) -> UInt32? {
    for table in tables { if let symbol = table.symbol(named: name) { return symbol.address } }
    return nil
  }
}

/// `0x` and the digits.
func hexadecimal(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }
