/// What there is to say about an image: the data behind `roost inspect`.
public struct ImageReport: Sendable {
  public let image: ImageFile
  /// The ELF's entry as a symbol, such as `_start`.
  public private(set) var entrySymbol: String?
  public private(set) var symbolCount: Int?
  public private(set) var attributes: ISAAttributes?
  /// How it would be booted, or why it would not be.
  public let boot: Result<BootPlan, ImageError>
  /// What is damaged in the file without keeping it from booting.
  public private(set) var notes: [ImageError] = []

  /// Gathers what `image` tells of itself. `boot` is what `BootPlanner` says of it.
  public init(_ image: ImageFile, boot: Result<BootPlan, ImageError>) {
    self.image = image
    self.boot = boot
    guard case .elf(let elf) = image.content else { return }
    do throws(ImageError) {
      let symbols = try elf.symbols()
      symbolCount = symbols.count
      entrySymbol = symbols.describe(elf.entry)
    } catch {
      notes.append(error)
    }
    do throws(ImageError) { attributes = try elf.attributes() } catch { notes.append(error) }
  }

  /// The report as lines of text: the file, then one labelled fact a line.
  public var lines: [String] {
    var facts: [(label: String, text: String)] = []
    switch image.content {
    case .elf(let elf): facts = describe(elf)
    case .linuxImage(let header): facts = describe(header)
    case .other(.deviceTree): facts = describeDeviceTree()
    case .other: break
    }
    switch boot {
    case .success(let plan): facts += describe(plan)
    case .failure(let error): facts.append(("does not boot", error.description))
    }
    facts += notes.map { ("damaged", $0.description) }
    let width = facts.map(\.label.count).max() ?? 0
    return ["\(image.path): \(image.kind.title), \(size(UInt64(image.bytes.count)))"]
      + facts.map { "  \($0.label)\(String(repeating: " ", count: width - $0.label.count))  \($0.text)" }
  }

  private func describe(_ elf: ELFFile) -> [(label: String, text: String)] {
    let type = elf.type == .executable ? "executable" : "position-independent executable"
    var facts = [
      (label: "machine", text: "32-bit RISC-V, little-endian; \(type)"),
      (label: "flags", text: "\(hex(elf.flags)): \(elf.flagNames.joined(separator: ", "))"),
    ]
    if let architecture = attributes?.architecture { facts.append(("ISA", architecture)) }
    if let alignment = attributes?.stackAlignment { facts.append(("stack", "aligned to \(size(alignment))")) }
    facts.append(("entry", hex(elf.entry) + (entrySymbol.map { " <\($0)>" } ?? "")))
    for segment in elf.segments {
      let virtual =
        segment.virtualAddress == segment.physicalAddress ? "" : ", runs at \(addresses(segment.virtualRange))"
      let zero = segment.zeroFill == 0 ? "" : ", \(size(UInt64(segment.zeroFill))) of zeroes"
      facts.append(
        (
          "segment \(segment.index)",
          "\(addresses(segment.physicalRange)) \(segment.permissions.text)\(virtual): "
            + "\(size(UInt64(segment.bytes.count))) from the file\(zero)"
        ))
    }
    if let symbolCount { facts.append(("symbols", "\(symbolCount)")) }
    return facts
  }

  private func describe(_ header: LinuxImageHeader) -> [(label: String, text: String)] {
    [
      ("text_offset", "\(hex(header.textOffset)) from the start of RAM"),
      ("image_size", "\(hex(header.imageSize)), \(size(header.imageSize)) in memory"),
      ("flags", "\(hex(header.flags)): little-endian"),
      ("version", "\(header.version >> 16).\(header.version & 0xFFFF)"),
    ]
  }

  private func describeDeviceTree() -> [(label: String, text: String)] {
    guard let total = image.bytes.bigEndian32(at: 4), let version = image.bytes.bigEndian32(at: 20) else { return [] }
    return [("version", "\(version)"), ("totalsize", size(UInt64(total)))]
  }

  private func describe(_ plan: BootPlan) -> [(label: String, text: String)] {
    let mode =
      switch plan.firmware {
      case .none: "in M-mode without firmware"
      case .builtin: "in S-mode under the built-in firmware"
      case .file(let file): "in S-mode under \(file)"
      }
    return [("in memory", addresses(plan.kernelRange)), ("boots", "\(mode) at \(hex(plan.kernelEntry))")]
  }
}

extension ELFFile {
  /// `flags` in words (RISC-V ELF psABI, "File Header").
  public var flagNames: [String] {
    let float = ["soft-float ABI", "single-float ABI", "double-float ABI", "quad-float ABI"]
    let bits: [(UInt32, String)] = [(1, "compressed code (RVC)"), (8, "RV32E base"), (16, "TSO memory model")]
    return [float[Int(flags >> 1 & 3)]] + bits.filter { flags & $0.0 != 0 }.map(\.1)
  }
}

extension ELFFile.Segment.Permissions {
  /// As `ls` would write it: `r-x`.
  public var text: String {
    (contains(.read) ? "r" : "-") + (contains(.write) ? "w" : "-") + (contains(.execute) ? "x" : "-")
  }
}
