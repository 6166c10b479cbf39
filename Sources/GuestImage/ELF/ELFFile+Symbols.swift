import CLibelf

extension ELFFile {
  /// The symbols of the file's symbol table, or of its dynamic one if that is all it has; an empty table if none.
  /// - Throws: `ImageError` if the tables are damaged. The image can be booted all the same.
  public func symbols() throws(ImageError) -> SymbolTable {
    try LibELF.open(bytes, file: file) { elf throws(ImageError) in
      let sections = try elf.sections()
      guard
        let table = sections.first(where: { $0.header.sh_type == SHT_SYMTAB })
          ?? sections.first(where: { $0.header.sh_type == SHT_DYNSYM })
      else { return .empty }
      guard table.header.sh_entsize == 16 else {
        throw .badField(
          file: file, field: "symbol table: sh_entsize", value: "\(table.header.sh_entsize)", expected: "16")
      }
      let stringSection = try elf.section(Int(table.header.sh_link))
      guard stringSection.header.sh_type == SHT_STRTAB else {
        throw .badField(
          file: file, field: "symbol table: sh_link", value: "\(table.header.sh_link)",
          expected: "the number of a string table section")
      }
      guard let data = elf_getdata(table.section, nil) else { throw elf.failure("reading the symbol table") }
      let strings = try elf.contents(of: stringSection.section, "reading the symbol names")
      return Self.symbolTable(data, strings: strings)
    }
  }

  private static func symbolTable(_ data: UnsafeMutablePointer<Elf_Data>, strings: [UInt8]) -> SymbolTable {
    var entries: [SymbolTable.Entry] = []
    var markers: [SymbolTable.Marker] = []
    var index: CInt = 1
    var symbol = GElf_Sym()
    while gelf_getsym(data, index, &symbol) != nil {
      index += 1
      guard symbol.st_shndx != SHN_UNDEF, strings.indices.contains(Int(symbol.st_name)) else { continue }
      let address = UInt32(truncatingIfNeeded: symbol.st_value)
      let prefix = strings[Int(symbol.st_name)...].prefix(2)
      // Other names that begin with a dollar sign are Swift's.
      if prefix.first == UInt8(ascii: "$"), prefix.last == UInt8(ascii: "x") || prefix.last == UInt8(ascii: "d") {
        markers.append(SymbolTable.Marker(address: address, isData: prefix.last == UInt8(ascii: "d")))
        continue
      }
      let isTemporary = prefix.elementsEqual(Array(".L".utf8))
      guard let kind = kind(ofType: symbol.st_info & 15), prefix.first != 0, !isTemporary else { continue }
      entries.append(
        SymbolTable.Entry(
          address: address, size: UInt32(truncatingIfNeeded: symbol.st_size), nameOffset: symbol.st_name, kind: kind,
          isGlobal: symbol.st_info >> 4 != STB_LOCAL, isAbsolute: symbol.st_shndx == SHN_ABS))
    }
    return SymbolTable(entries: entries, markers: markers, strings: strings)
  }

  private static func kind(ofType type: UInt8) -> SymbolTable.Symbol.Kind? {
    switch CInt(type) {
    case STT_FUNC: .function
    case STT_NOTYPE: .label
    case STT_OBJECT: .object
    default: nil
    }
  }
}
