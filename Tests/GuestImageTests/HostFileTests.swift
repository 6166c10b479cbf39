import GuestImage
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A directory that is gone with its files after `body`.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/guest-image-XXXXXX".utf8CString)
  let made = template.withUnsafeMutableBufferPointer { buffer -> String? in
    guard let start = buffer.baseAddress, let path = mkdtemp(start) else { return nil }
    return String(cString: path)
  }
  let path = try #require(made)
  defer { _ = rmdir(path) }
  try body(path)
}

/// A file with `bytes` that is gone after `body`.
func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
  try withTemporaryDirectory { directory in
    let path = directory + "/guest"
    let file = try #require(fopen(path, "w"))
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    fclose(file)
    defer { _ = unlink(path) }
    try body(path)
  }
}

@Suite struct HostFileTests {
  private func message(_ path: String, limit: UInt64 = ImageFile.defaultLimit) throws -> String {
    try error { () throws(ImageError) in try ImageFile.load(path: path, limit: limit) }.description
  }

  @Test func loadsARegularFile() throws {
    let bytes = ELFBuilder.typical.bytes
    try withFile(bytes) { path in
      let image = try ImageFile.load(path: path)
      #expect(image.kind == .elf)
      #expect(image.path == path)
      #expect(Array(image.bytes) == bytes)
    }
  }

  @Test func loadsVerbatimWhateverItIs() throws {
    try withFile(ELFBuilder.typical.bytes) { path in
      try #expect(ImageFile.loadVerbatim(path: path).kind == .raw)
    }
  }

  @Test func refusesAMissingFile() throws {
    try withTemporaryDirectory { directory in
      try #expect(message(directory + "/none") == "\(directory)/none: cannot be read: No such file or directory")
    }
  }

  @Test func refusesADirectory() throws {
    try withTemporaryDirectory { directory in
      try #expect(message(directory) == "\(directory): is a directory; give a regular file")
    }
  }

  @Test func refusesAnEmptyFile() throws {
    try withFile([]) { path in
      try #expect(message(path) == "\(path): is empty (0 bytes); give a kernel, an initrd or another image")
    }
  }

  @Test func refusesAnUnreadableFile() throws {
    // The superuser may read everything.
    guard geteuid() != 0 else { return }
    try withFile([1]) { path in
      #expect(chmod(path, 0) == 0)
      try #expect(message(path) == "\(path): cannot be read: Permission denied")
    }
  }

  @Test(.timeLimit(.minutes(1))) func refusesAPipeWithoutWaitingForIt() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      defer { _ = unlink(path) }
      try #expect(message(path) == "\(path): is a pipe; give a regular file")
    }
  }

  @Test func refusesADevice() throws {
    #expect(try message("/dev/zero") == "/dev/zero: is a device; give a regular file")
  }

  @Test func refusesAFileOverTheLimitBeforeReadingIt() throws {
    try withFile([1, 2, 3]) { path in
      #expect(truncate(path, 1 << 40) == 0)
      try #expect(message(path) == "\(path): is 1024 GiB long; at most 2 GiB can be loaded here")
      try #expect(message(path, limit: 5000) == "\(path): is 1024 GiB long; at most 5000 bytes can be loaded here")
    }
  }
}
