#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// A program and its arguments.
struct Invocation {
  var program: String
  var arguments: [String]
}

/// What one run of a program came to. Times are seconds since just before the program was started.
struct Outcome {
  var seconds = 0.0
  /// Processor time that the program took, user and system.
  var processorSeconds = 0.0
  var firstByte: Double?
  /// When the awaited text had appeared.
  var marker: Double?
  var output: [UInt8] = []
  /// The exit status; nil when the program was ended by a signal, ours included.
  var status: Int32?

  var text: String { String(decoding: output, as: UTF8.self) }
}

enum SubprocessError: Error, CustomStringConvertible {
  case cannotStart(program: String, errno: Int32)
  case noPipe(errno: Int32)

  var description: String {
    switch self {
    case .cannotStart(let program, let code): "\(program): cannot be started: \(String(cString: strerror(code)))"
    case .noPipe(let code): "no pipe to a program: \(String(cString: strerror(code)))"
    }
  }
}

/// Runs a program with its standard output and error on a pipe and an open, silent standard input.
///
/// - Parameters:
///   - marker: ends the run as soon as the output holds this text, after `atMarker` has seen the process id.
///   - timeout: seconds after which the program is killed.
func run(
  _ invocation: Invocation, until marker: String? = nil, timeout: Double, atMarker: (Int32) -> Void = { _ in }
) throws -> Outcome {
  let input = try Pipe(), output = try Pipe()
  defer {
    input.close()
    output.close()
  }
  var outcome = Outcome()
  let start = monotonicSeconds()
  let child = try spawn(invocation, input: input.reader, output: output.writer)
  output.closeWriter()

  let wanted = marker.map { Array($0.utf8) }
  var running = true
  while running {
    let left = timeout - (monotonicSeconds() - start)
    guard left > 0 else {
      kill(child, SIGKILL)
      break
    }
    guard let bytes = output.read(waiting: left) else { continue }
    running = !bytes.isEmpty
    let now = monotonicSeconds() - start
    if !bytes.isEmpty, outcome.firstByte == nil { outcome.firstByte = now }
    outcome.output += bytes
    if let wanted, outcome.marker == nil, outcome.output.suffix(bytes.count + wanted.count).contains(wanted) {
      outcome.marker = now
      atMarker(child)
      kill(child, SIGKILL)
    }
  }
  (outcome.status, outcome.processorSeconds) = wait(for: child)
  outcome.seconds = monotonicSeconds() - start
  return outcome
}

/// Seconds on a clock that only moves forward.
func monotonicSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}

/// Waits for a process, and answers its exit status, nil when a signal ended it, and the processor time that it took.
func wait(for child: Int32) -> (status: Int32?, processorSeconds: Double) {
  var status: Int32 = 0
  var usage = rusage()
  while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
  let seconds = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
  let microseconds = Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  return (status & 0x7f == 0 ? status >> 8 & 0xff : nil, seconds + microseconds * 1e-6)
}

func spawn(_ invocation: Invocation, input: Int32, output: Int32) throws -> Int32 {
  #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
  #else
    var actions = posix_spawn_file_actions_t()
  #endif
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, input, 0)
  posix_spawn_file_actions_adddup2(&actions, output, 1)
  posix_spawn_file_actions_adddup2(&actions, output, 2)

  var arguments = ([invocation.program] + invocation.arguments).map { strdup($0) } + [nil]
  defer { arguments.forEach { free($0) } }
  var child: pid_t = 0
  let code = posix_spawnp(&child, invocation.program, &actions, nil, &arguments, environ)
  guard code == 0 else { throw SubprocessError.cannotStart(program: invocation.program, errno: code) }
  return child
}

/// A pipe whose ends are not inherited by programs that are started later.
final class Pipe {
  private(set) var reader: Int32 = -1
  private(set) var writer: Int32 = -1

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SubprocessError.noPipe(errno: errno) }
    (reader, writer) = (ends[0], ends[1])
    _ = fcntl(reader, F_SETFD, FD_CLOEXEC)
    _ = fcntl(writer, F_SETFD, FD_CLOEXEC)
  }

  /// The bytes that are there; empty at the end of the stream, nil when none came within so many seconds.
  func read(waiting seconds: Double) -> [UInt8]? {
    var waiting = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, Int32(min(seconds * 1000 + 1, 1e6))) > 0 else { return nil }
    return [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
      count = max(0, systemRead(reader, buffer.baseAddress, buffer.count))
    }
  }

  func closeWriter() {
    if writer >= 0 { systemClose(writer) }
    writer = -1
  }

  func close() {
    closeWriter()
    if reader >= 0 { systemClose(reader) }
    reader = -1
  }
}

// Outside the class, whose own methods hide the C library's names.
private func systemRead(_ file: Int32, _ to: UnsafeMutableRawPointer?, _ count: Int) -> Int { read(file, to, count) }
private func systemClose(_ file: Int32) { _ = close(file) }
