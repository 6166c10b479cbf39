import Diagnosis
import Translator

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file in which `perf` looks up the names of code that no file on disk holds: `/tmp/perf-PID.map`, a line
/// `START SIZE NAME` for each piece, both numbers in hexadecimal.
final class PerfMap: HostCodeObserver {
  private let symbols: SymbolMap
  private let descriptor: FileDescriptor
  private let stream: OutputStream
  /// The common code, which stays when all other is dropped.
  private var common: [HostCodeRange] = []
  let path: String

  private static let limit = 16 << 10

  /// Makes the file anew. What lies there is removed and not followed: everybody may write to `/tmp`.
  init(symbols: SymbolMap) throws(CommandError) {
    path = "/tmp/perf-\(getpid()).map"
    self.symbols = symbols
    unlink(path)
    let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw .cannotCreate(file: path, reason: hostErrorText(errno)) }
    descriptor = FileDescriptor(number)
    stream = OutputStream(descriptor, capacity: Self.limit + 4096)
  }

  deinit { close(descriptor.number) }

  /// Why no more can be written, as `errno`; nil while all is well.
  var failure: Int32? { stream.failure }

  func hostCodeWasMade(_ ranges: [HostCodeRange]) {
    for range in ranges {
      if range.kind == .common { common.append(range) }
      stream.append(Array((line(range) + "\n").utf8))
    }
    if stream.count >= Self.limit { stream.flush() }
  }

  /// Places are used again, and `perf` has no notion of time: the names of what was there before go.
  func hostCodeWasDropped() {
    stream.flush()
    if ftruncate(descriptor.number, 0) == 0 { lseek(descriptor.number, 0, SEEK_SET) }
    let kept = common
    common = []
    hostCodeWasMade(kept)
  }

  /// Writes what has gathered.
  func flush() { stream.flush() }

  /// `7f0012345678 5c roost:main+0x14 [region]`
  private func line(_ range: HostCodeRange) -> String {
    let place = "\(String(range.start, radix: 16)) \(String(range.size, radix: 16)) roost:"
    guard range.kind != .common else { return place + "enter and leave" }
    let tier =
      switch range.kind {
      case .common: ""
      case .block: "block"
      case .region: "region"
      case .rareInBlock: "block, rare"
      case .rareInRegion: "region, rare"
      }
    if let symbol = symbols.symbol(at: range.pc) { return place + "\(symbol) [\(tier)]" }
    // An address alone may be that of several processes, or of code before and after paging was turned on.
    return place + "\(hex(range.pc)) [\(tier), \(range.space == .open ? "M-mode" : "soft TLB")]"
  }
}
