import CHost
import Control
import Fleet

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Starts a monitor in the background, and tells how its guests came up.
struct BackgroundLauncher {
  let fleet: Fleet
  let place: FleetPlace

  /// Starts it, and waits until all guests have been started or have failed to.
  func launch() throws -> ExitStatus {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ControlError.system(what: "a pipe", reason: hostErrorText(errno)) }
    let report = FileDescriptor(ends[0])
    defer { close(report.number) }
    do {
      defer { close(ends[1]) }
      _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
      _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
      try spawn(report: ends[1])
    }
    if let failure = Self.failure(reported: Self.readAll(report)) {
      StandardError.write(failure.text)
      return failure.status
    }
    return try tellOfGuests()
  }

  private func spawn(report: Int32) throws(ControlError) {
    let log = open(place.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard log >= 0 else { throw .system(what: place.log, reason: hostErrorText(errno)) }
    defer { close(log) }
    let arguments = ["roost", MonitorCommand.configuration.commandName ?? "", absolutePath(fleet.path)]
    var copies = arguments.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    guard chost_spawn_background(HostProcess.program, &copies, log, report) > 0 else {
      throw .system(what: HostProcess.program, reason: hostErrorText(errno))
    }
  }

  /// Everything until the other end is closed.
  private static func readAll(_ file: FileDescriptor) -> [UInt8] {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = chunk.withUnsafeMutableBytes { file.readSome($0) }
      if count > 0 { all += chunk[..<count] } else if count == 0 || errno != EINTR { return all }
    }
  }

  /// What went wrong, if the monitor does not say that it is ready.
  private static func failure(reported bytes: [UInt8]) -> (text: String, status: ExitStatus)? {
    let report = String(decoding: bytes, as: UTF8.self)
    if report == StartReport.ready { return nil }
    guard let end = report.firstIndex(of: "\n"), let code = UInt16(report[..<end]) else {
      return ("roost: the monitor ended before it was ready\n", .internalError)
    }
    return (String(report[report.index(after: end)...]), .failed(code))
  }

  private func tellOfGuests() throws -> ExitStatus {
    let client = try ControlClient(place)
    _ = try client.call(.awaitStart)
    guard case .status(_, let guests) = try client.call(.status(guests: [])) else { return .passed }
    var table = TextTable([("GUEST", .left), ("STATE", .left), ("", .left)])
    for guest in guests { table.add([guest.name, guest.state, TextSanitizer.line(guest.reason ?? "")]) }
    print(table.text, terminator: "")
    return guests.contains { $0.state == "failed" } ? .failed(1) : .passed
  }
}

/// What a monitor in the background tells its parent: that it is ready, or an exit code, a line feed and the words for the
/// user.
enum StartReport {
  static let descriptor = FileDescriptor(3)
  static let ready = "ready\n"
}
