#if os(Linux)
  import Boards
  import Glibc
  import Monitor
  import SystemBus

  /// A child process, from the monitor's side. One thread at a time uses it.
  final class ChildProcess {
    /// Why there is no answer.
    enum Loss: Error, Equatable {
      case silent
      case closed
      case nonsense
    }

    let area: AreaMapping
    let process: pid_t
    private let link: OpenDescriptor
    let ram: OpenDescriptor?
    private let words: OpenDescriptor
    private let clock: clockid_t?
    private var isReaped = false

    /// How long a child that has closed its connection may take to end by itself, in nanoseconds.
    private static let farewell: UInt64 = 500_000_000

    init(_ process: pid_t, link: OpenDescriptor, area: AreaMapping, ram: OpenDescriptor?, words: OpenDescriptor) {
      self.process = process
      self.link = link
      self.area = area
      self.ram = ram
      self.words = words
      var clock = clockid_t()
      self.clock = clock_getcpuclockid(process, &clock) == 0 ? clock : nil
    }

    deinit { end() }

    var channel: Channel { Channel(descriptor: link.number) }

    /// The answer that is there or comes in time.
    func answer(within nanoseconds: UInt64) -> Result<Reply, Loss> {
      channel.wait(nanoseconds: nanoseconds) ? receive() : .failure(.silent)
    }

    /// The next answer.
    func receive() -> Result<Reply, Loss> {
      switch channel.receive() {
      case .closed: return .failure(.closed)
      case .tooLong: return .failure(.nonsense)
      case .message(let bytes):
        guard let reply = try? Reply(bytes) else { return .failure(.nonsense) }
        return .success(reply)
      }
    }

    // MARK: - What the kernel says of it

    /// Processor time it has used, in nanoseconds.
    var processorTime: UInt64 {
      var time = timespec()
      guard let clock, clock_gettime(clock, &time) == 0 else { return 0 }
      return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }

    /// How long it has waited for a processor in all, in nanoseconds; nil when this host does not tell.
    var runDelay: UInt64? {
      let fields = ProcessFile.numbers("/proc/\(process)/schedstat")
      return fields.count > 1 ? fields[1] : nil
    }

    /// What is its own, and the guest's RAM.
    var memory: MemoryUse {
      var use = MemoryUse()
      var status = stat()
      if let ram, fstat(ram.number, &status) == 0 { use.touched = UInt64(clamping: status.st_blocks) &* 512 }
      let fields = ProcessFile.numbers("/proc/\(process)/statm")
      let own = fields.count > 2 && fields[1] >= fields[2] ? (fields[1] - fields[2]) &* UInt64(getpagesize()) : 0
      use.resident = use.touched &+ own
      return use
    }

    // MARK: - Its end

    /// Ends it, if it has not ended yet.
    func end() { _ = reap(after: 0) }

    /// Ends it for a reason, or finds out why it has ended.
    /// - Returns: the reason in words.
    func end(because loss: Loss) -> String {
      let status = reap(after: loss == .closed ? Self.farewell : 0)
      var words =
        switch loss {
        case .silent: "its process did not answer, and was ended"
        case .nonsense: "its process sent what no machine reports, and was ended"
        case .closed: status.map(Ending.words) ?? "its process closed its connection, and was ended"
        }
      if loss == .closed, let last = lastWords { words += ": \(last)" }
      return words
    }

    /// Waits for the end for so many nanoseconds, and then brings it about.
    /// - Returns: the status of a process that ended by itself.
    private func reap(after nanoseconds: UInt64) -> CInt? {
      guard !isReaped else { return nil }
      isReaped = true
      var status: CInt = 0
      let deadline = HostTime.now &+ nanoseconds
      while HostTime.now < deadline {
        switch waitpid(process, &status, WNOHANG) {
        case process: return status
        case -1: return nil
        default: usleep(200)
        }
      }
      kill(process, SIGKILL)
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
      return nil
    }

    /// The last line that it wrote to standard error.
    private var lastWords: String? {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = read(words.number, &bytes, bytes.count)
      return count > 0 ? Words.lastLine(of: Array(bytes.prefix(count))) : nil
    }
  }

  /// Files of numbers below /proc.
  private enum ProcessFile {
    static func numbers(_ path: String) -> [UInt64] {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return [] }
      defer { _ = close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 256)
      let count = read(descriptor, &bytes, bytes.count)
      return bytes.prefix(max(count, 0)).split { $0 <= UInt8(ascii: " ") }
        .map { UInt64(String(decoding: $0, as: UTF8.self)) ?? 0 }
    }
  }
#endif
