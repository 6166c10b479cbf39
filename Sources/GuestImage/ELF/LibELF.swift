import CLibelf

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// libelf opened on bytes in memory, with its errors in words. It lives only inside `open`.
struct LibELF {
  let handle: OpaquePointer
  let file: String

  /// Opens `bytes` with libelf for the duration of `body`.
  static func open<Result>(
    _ bytes: [UInt8], file: String, _ body: (LibELF) throws(ImageError) -> Result
  ) throws(ImageError) -> Result {
    guard elf_version(UInt32(EV_CURRENT)) != UInt32(EV_NONE) else {
      throw .libelf(file: file, action: "starting libelf", words: lastError())
    }
    return try bytes.withUnsafeBufferPointer { buffer throws(ImageError) -> Result in
      // SAFETY: libelf opens an image in memory for reading only and never writes through the pointer; the buffer
      // outlives the handle, which is closed before this closure returns.
      let image = buffer.baseAddress.map { UnsafeMutableRawPointer(mutating: $0).assumingMemoryBound(to: CChar.self) }
      guard let handle = elf_memory(image, buffer.count) else {
        throw .libelf(file: file, action: "opening the file", words: lastError())
      }
      defer { elf_end(handle) }
      return try body(LibELF(handle: handle, file: file))
    }
  }

  func header() throws(ImageError) -> GElf_Ehdr {
    var header = GElf_Ehdr()
    guard gelf_getehdr(handle, &header) != nil else { throw failure("reading the ELF header") }
    return header
  }

  func programHeader(_ index: Int) throws(ImageError) -> GElf_Phdr {
    var header = GElf_Phdr()
    guard gelf_getphdr(handle, CInt(truncatingIfNeeded: index), &header) != nil else {
      throw failure("reading program header \(index)")
    }
    return header
  }

  /// Every section header in order, without the reserved section 0.
  func sections() throws(ImageError) -> [(section: OpaquePointer, header: GElf_Shdr)] {
    var all: [(section: OpaquePointer, header: GElf_Shdr)] = []
    var current: OpaquePointer?
    while let section = elf_nextscn(handle, current) {
      var header = GElf_Shdr()
      guard gelf_getshdr(section, &header) != nil else { throw failure("reading section header \(all.count + 1)") }
      all.append((section, header))
      current = section
    }
    return all
  }

  func section(_ index: Int) throws(ImageError) -> (section: OpaquePointer, header: GElf_Shdr) {
    var header = GElf_Shdr()
    guard let section = elf_getscn(handle, index), gelf_getshdr(section, &header) != nil else {
      throw failure("reading section header \(index)")
    }
    return (section, header)
  }

  /// The first 256 bytes of a section's name at most.
  func sectionName(_ header: GElf_Shdr) -> String? {
    var strings = 0
    guard elf_getshdrstrndx(handle, &strings) == 0, let name = elf_strptr(handle, strings, Int(header.sh_name)) else {
      return nil
    }
    // SAFETY: libelf only returns strings that end inside their section.
    return printable(UnsafeRawBufferPointer(start: name, count: strnlen(name, 256)))
  }

  /// A copy of a section's bytes; empty for one that has none in the file.
  func contents(of section: OpaquePointer, _ action: String) throws(ImageError) -> [UInt8] {
    guard let data = elf_getdata(section, nil) else { throw failure(action) }
    guard let start = data.pointee.d_buf else { return [] }
    // SAFETY: libelf vouches for d_size bytes at d_buf while the handle is open; they are copied at once.
    return Array(UnsafeRawBufferPointer(start: start, count: data.pointee.d_size))
  }

  func failure(_ action: String) -> ImageError { .libelf(file: file, action: action, words: Self.lastError()) }

  private static func lastError() -> String {
    elf_errmsg(-1).map { String(cString: $0) } ?? "libelf gives no reason"
  }
}
