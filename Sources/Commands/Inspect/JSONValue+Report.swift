import GuestImage
import PlainText

// What `roost inspect --json` writes: addresses and sizes as numbers, what there is none of as null.
extension JSONValue {
  init(_ report: ImageReport) {
    var members: [(name: String, value: JSONValue)] = [
      ("file", JSONValue(report.image.path)),
      ("kind", JSONValue(report.image.kind.rawValue)),
      ("description", JSONValue(report.image.kind.title)),
      ("size", JSONValue(report.image.bytes.count)),
    ]
    switch report.image.content {
    case .elf(let elf): members += Self.members(elf, report)
    case .linuxImage(let header): members.append(("linux", JSONValue(header)))
    case .other: break
    }
    switch report.boot {
    case .success(let plan): members.append(("boot", JSONValue(plan)))
    case .failure(let error): members.append(("error", JSONValue(error.description)))
    }
    members.append(("notes", .array(report.notes.map { JSONValue($0.description) })))
    self = .object(members)
  }

  private static func members(_ elf: ELFFile, _ report: ImageReport) -> [(name: String, value: JSONValue)] {
    [
      ("flags", JSONValue(elf.flags)),
      ("flagNames", .array(elf.flagNames.map { JSONValue($0) })),
      ("isa", JSONValue(report.attributes?.architecture)),
      ("stackAlignment", JSONValue(report.attributes?.stackAlignment)),
      ("entry", JSONValue(elf.entry)),
      ("entrySymbol", JSONValue(report.entrySymbol)),
      ("symbols", JSONValue(report.symbolCount)),
      ("segments", .array(elf.segments.map { JSONValue($0) })),
    ]
  }

  private init(_ segment: ELFFile.Segment) {
    self = .object([
      ("index", JSONValue(segment.index)),
      ("physicalAddress", JSONValue(segment.physicalAddress)),
      ("virtualAddress", JSONValue(segment.virtualAddress)),
      ("fileSize", JSONValue(segment.bytes.count)),
      ("memorySize", JSONValue(segment.memorySize)),
      ("permissions", JSONValue(segment.permissions.text)),
    ])
  }

  private init(_ header: LinuxImageHeader) {
    self = .object([
      ("textOffset", JSONValue(header.textOffset)),
      ("imageSize", JSONValue(header.imageSize)),
      ("flags", JSONValue(header.flags)),
      ("version", JSONValue("\(header.version >> 16).\(header.version & 0xFFFF)")),
    ])
  }

  private init(_ plan: BootPlan) {
    let firmware =
      switch plan.firmware {
      case .none: "none"
      case .builtin: "builtin"
      case .file(let path): path
      }
    let pieces = plan.pieces.map { piece in
      JSONValue.object([("name", JSONValue(piece.name)), ("range", JSONValue(piece.range))])
    }
    self = .object([
      ("firmware", JSONValue(firmware)),
      ("mode", JSONValue(plan.kernelMode == .machine ? "M" : "S")),
      ("resetEntry", JSONValue(plan.resetEntry)),
      ("kernelEntry", JSONValue(plan.kernelEntry)),
      ("kernel", JSONValue(plan.kernelRange)),
      ("initrd", plan.initrdRange.map { JSONValue($0) } ?? .null),
      ("deviceTree", JSONValue(plan.deviceTreeAddress)),
      ("arguments", JSONValue(plan.arguments)),
      ("pieces", .array(pieces)),
    ])
  }

  private init(_ range: Range<UInt64>) {
    self = .object([("start", JSONValue(range.lowerBound)), ("size", JSONValue(range.count))])
  }
}
