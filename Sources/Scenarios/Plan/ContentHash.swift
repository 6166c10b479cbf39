import SystemBus

/// A hash of texts and files, to tell whether something is the same as it was.
struct ContentHash {
  private var bytes: [UInt8] = []

  /// Adds a text, told apart from what comes before and after it.
  mutating func add(_ text: String) {
    bytes += "\(text.utf8.count):".utf8
    bytes += text.utf8
  }

  mutating func add(_ file: [UInt8]) {
    add("\(file.count) bytes \(TraceHash.digest(of: file))")
  }

  /// 32 hexadecimal digits.
  var text: String {
    [TraceHash.digest(of: bytes), TraceHash.digest(of: bytes.reversed())]
      .map { digest in
        let digits = String(digest, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
      }
      .joined()
  }
}
