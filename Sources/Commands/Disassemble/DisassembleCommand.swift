import ArgumentParser
import RegisterMaps
import GuestImage
import ISA

/// `roost disassemble`: writes an image's code as assembly text.
struct DisassembleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disassemble", abstract: "Write an image's code as assembly text.")

  @Argument(help: ArgumentHelp("An ELF, a Linux Image, or a raw binary as FILE or FILE@ADDRESS.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("Begin at this address.", valueName: "address"))
  var start: String?

  @Option(help: ArgumentHelp("End before this address.", valueName: "address"))
  var stop: String?

  @Option(help: ArgumentHelp("Only the code of this function or label.", valueName: "name"))
  var symbol: String?

  @Option(
    help: ArgumentHelp("The ISA to decode for (default: everything there is).", valueName: "isa"),
    transform: { try ISAConfiguration(parsing: $0) })
  var isa: ISAConfiguration?

  func run() throws {
    let place = try ImageArgument(file)
    let image = try ImageFile.load(path: place.path)
    var symbols: SymbolTable?
    if case .elf(let elf) = image.content { symbols = try? elf.symbols() }
    let range = try wantedRange(symbols)
    let listing = Listing(symbols: symbols, isa: isa ?? .complete)
    for code in try image.codeRanges(ramBase: MemoryMap.ramBase, address: place.address)
    where code.range.overlaps(range) {
      try listing.write(code, in: range.clamped(to: code.range)) { text in try StandardOutput.write(text) }
    }
  }

  /// The addresses that the options ask for.
  private func wantedRange(_ symbols: SymbolTable?) throws -> Range<UInt64> {
    var range: Range<UInt64> = 0..<(1 << 32)
    if let symbol {
      guard let found = symbols?.symbol(named: symbol) else { throw CommandError.noSymbol(file: file, name: symbol) }
      let first = UInt64(found.address)
      // Assembly code rarely says how long a function is: up to the next symbol then.
      let next = symbols?.symbols(in: (first + 1)..<(1 << 32)).first.map { UInt64($0.address) } ?? 1 << 32
      range = first..<(found.size > 0 ? first + UInt64(found.size) : next)
    }
    let lowest = try start.map { try Self.address($0, "--start") } ?? range.lowerBound
    let highest = try stop.map { try Self.address($0, "--stop") } ?? range.upperBound
    return range.clamped(to: min(lowest, highest)..<highest)
  }

  private static func address(_ text: String, _ option: String) throws(CommandError) -> UInt64 {
    let isHexadecimal = text.lowercased().hasPrefix("0x")
    guard let first = text.first, first.isNumber,
      let value = UInt32(isHexadecimal ? text.dropFirst(2) : text[...], radix: isHexadecimal ? 16 : 10)
    else { throw .noAddress(argument: text, option: option) }
    return UInt64(value)
  }
}
