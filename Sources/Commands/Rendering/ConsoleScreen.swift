import Control
import Monitor
import SystemBus

/// Consoles of a monitor's guests on this terminal: of all by whole lines, or of one as it is. What comes from the monitor
/// goes in, what the terminal is to show comes out.
final class ConsoleScreen {
  private let client: ControlClient
  let guests: [String]
  private let output: OutputStream
  private var interleaver: LineInterleaver
  private let isTerminal: Bool
  /// The guest whose console alone is shown, by its place.
  private(set) var attached: Attachment?
  /// Streams of all guests that have not been closed.
  private var openStreams: Set<UInt32> = []
  private var lastStream: UInt32
  /// Lines of each console to show of what came before; nil for all that is told.
  private let tail: Int?
  /// What came before, of streams that are to be cut.
  private var earlier: [UInt32: [UInt8]] = [:]

  /// One guest's console.
  struct Attachment {
    let guest: Int
    let stream: UInt32
    /// Of what is shown again.
    var sanitizer = TextSanitizer()
    var isReplaying = true
  }

  /// Bytes of output that are shown again when a console is attached.
  static let replaySize = 8192

  /// - Parameters:
  ///   - guests: their names, in the order of their numbers.
  ///   - tail: lines to show of what each printed before; nil for all that is told.
  init(
    _ client: ControlClient, guests: [String], options: LineInterleaver.Options, output: OutputStream, tail: Int? = nil
  ) {
    self.tail = tail
    self.client = client
    self.guests = guests
    self.output = output
    interleaver = LineInterleaver(options, names: guests)
    lastStream = UInt32(truncatingIfNeeded: guests.count)
    isTerminal = FileDescriptor.standardOutput.isTerminal
  }

  // MARK: All guests

  /// Begins to show the guests' consoles, all of them.
  /// - Parameters:
  ///   - history: bytes of each to show that came earlier.
  func openAll(history: Int, follows: Bool) throws(ControlError) {
    for (stream, guest) in guests.enumerated() {
      let stream = UInt32(truncatingIfNeeded: stream)
      _ = try client.call(.openConsole(stream: stream, guest: guest, history: history, follows: follows))
      openStreams.insert(stream)
      if tail != nil { earlier[stream] = [] }
    }
  }

  /// Has what was printed until now shown, and no more.
  func drain() throws(ControlError) {
    detach()
    for stream in openStreams { try client.send(.closeConsole(stream: stream, drains: true)) }
  }

  /// Whether everything has been shown that was to be.
  var isDrained: Bool { openStreams.isEmpty }

  // MARK: One guest

  func attach(_ guest: Int) throws(ControlError) {
    guard guests.indices.contains(guest), attached?.guest != guest else { return }
    detach()
    interleaver.finish()
    flushLines()
    lastStream &+= 1
    attached = Attachment(guest: guest, stream: lastStream)
    if isTerminal { write("\n-- \(guests[guest]): Ctrl-A d goes back, Ctrl-A h tells more --\n") }
    try client.send(
      .openConsole(stream: lastStream, guest: guests[guest], history: Self.replaySize, follows: true))
  }

  /// Back to all.
  func detach() {
    guard let attached else { return }
    self.attached = nil
    _ = try? client.send(.closeConsole(stream: attached.stream, drains: false))
    // What other guests printed meanwhile is in their logs.
    _ = interleaver.takeOutput()
    if isTerminal { write(Self.resetSequence + "\n") }
  }

  /// Has what the guest printed until now shown, and no more.
  func drainAttached() throws(ControlError) {
    guard let attached else { return }
    openStreams.insert(attached.stream)
    try client.send(.closeConsole(stream: attached.stream, drains: true))
  }

  /// Undoes what a guest may have done to a terminal that was its own: screen, cursor, colours, mouse and keys.
  private static let resetSequence = "\u{1B}[?47l\u{1B}[!p\u{1B}[0m\u{1B}[?1000;1002;1003;1006;2004l"

  /// Types on the console that is shown.
  func type(_ keys: [UInt8]) {
    if let attached, !keys.isEmpty { client.type(keys, stream: attached.stream) }
  }

  // MARK: What happens

  func handle(_ incoming: ControlClient.Incoming) {
    switch incoming {
    case .console(let stream, let bytes): show(bytes, of: stream)
    case .event(let event): handle(event)
    case .reply(_, .refused(let refusal)): write("\n-- \(refusal.message) --\n")
    case .reply: break
    }
  }

  private func show(_ bytes: [UInt8], of stream: UInt32) {
    if earlier[stream] != nil {
      earlier[stream]? += bytes
      return
    }
    guard let attached, attached.stream == stream else {
      interleaver.take(bytes, from: Int(stream), at: HostTime.now)
      return flushLines()
    }
    if attached.isReplaying { replay(bytes) } else { output.append(bytes) }
  }

  /// Shows again what a guest printed, without the sequences in it: a terminal would answer some of them.
  private func replay(_ bytes: [UInt8]) {
    var text: [UInt8] = []
    for byte in bytes {
      attached?.sanitizer.take(byte) { element in
        switch element {
        case .scalar(let scalar): text += Array(String(Character(scalar)).utf8)
        case .tab: text.append(UInt8(ascii: "\t"))
        case .lineEnd: text.append(UInt8(ascii: "\n"))
        case .lineStart: text.append(UInt8(ascii: "\r"))
        }
      }
    }
    output.append(text)
  }

  private func handle(_ event: Event) {
    switch event {
    case .state(let guest, let state, let reason):
      // Every guest waits for a moment before it is started.
      if state == Lifecycle.waiting(on: "").word, !guests.contains(where: { reason == "waits for \($0)" }) { return }
      note(reason.map { "\(state): \($0)" } ?? state, about: guest)
    case .notice(let guest, let text): note(text, about: guest)
    case .lost(let stream, let bytes):
      if let guest = guest(of: stream) {
        note("\(bytes) bytes of output are not shown: they came faster than this terminal takes them", about: guest)
      }
    case .replayed(let stream):
      if attached?.stream == stream { attached?.isReplaying = false }
      if let bytes = earlier.removeValue(forKey: stream) { show(Self.lastLines(tail ?? 0, of: bytes), of: stream) }
    case .closed(let stream): openStreams.remove(stream)
    case .ending: break
    }
  }

  /// The last lines, of which the very last may have no end yet.
  private static func lastLines(_ count: Int, of bytes: [UInt8]) -> [UInt8] {
    var left = count
    var start = bytes.endIndex
    while start > bytes.startIndex {
      let isEnd = bytes[start - 1] == UInt8(ascii: "\n")
      if isEnd && start < bytes.endIndex { left -= 1 }
      if left <= 0 { break }
      start -= 1
    }
    return Array(bytes[start...])
  }

  private func guest(of stream: UInt32) -> String? {
    if attached?.stream == stream { return attached.map { guests[$0.guest] } }
    return guests.indices.contains(Int(stream)) ? guests[Int(stream)] : nil
  }

  /// Shows a line of our own about a guest.
  func note(_ text: String, about guest: String) {
    guard let number = guests.firstIndex(of: guest) else { return }
    if isTerminal && attached?.guest == number { write("\r\n-- \(guest): \(TextSanitizer.line(text)) --\r\n") }
    interleaver.note(text, about: number)
    flushLines()
  }

  /// Shows lines that belong to no guest.
  func write(_ text: String) { output.append(Array(text.utf8)) }

  // MARK: Time and size

  /// When `showQuiet` has something to do, as `HostTime.now`.
  var nextDue: UInt64? { interleaver.nextQuiet }

  func showQuiet() {
    interleaver.showQuiet(at: HostTime.now)
    flushLines()
  }

  func resize() { interleaver.resize(columns: isTerminal ? Terminal.size(of: .standardOutput)?.columns : nil) }

  /// Shows what is left, and ends the last line.
  func finish() {
    detach()
    interleaver.finish()
    flushLines()
  }

  private func flushLines() {
    let lines = interleaver.takeOutput()
    if attached == nil { output.append(lines) }
  }
}

extension TextStyle {
  /// For standard output, as it is.
  static func standardOutput(allowsColors: Bool) -> TextStyle {
    let isTerminal = FileDescriptor.standardOutput.isTerminal
    return TextStyle(
      isColored: allowsColors && isTerminal && !HostProcess.hasValue("NO_COLOR") && !HostProcess.hasDumbTerminal,
      columns: isTerminal ? Terminal.size(of: .standardOutput)?.columns : nil)
  }
}
