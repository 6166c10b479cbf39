import Boards
import Commands
import Foundation
import ISA
import Peripherals
import Testing

/// A pipe, closed when it is let go.
private final class Pipe {
  private(set) var reader: Int32 = -1
  private(set) var writer: Int32 = -1

  init() {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    (reader, writer) = (ends[0], ends[1])
    // A write to a pipe without reader is to fail, not to end the tests.
    signal(SIGPIPE, SIG_IGN)
  }

  deinit {
    closeReader()
    closeWriter()
  }

  func closeReader() {
    if reader >= 0 { close(reader) }
    reader = -1
  }

  func closeWriter() {
    if writer >= 0 { close(writer) }
    writer = -1
  }

  func write(_ bytes: [UInt8]) { #expect(Foundation.write(writer, bytes, bytes.count) == bytes.count) }

  /// What is in the pipe now.
  func read() -> [UInt8] {
    _ = fcntl(reader, F_SETFL, O_NONBLOCK)
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = Foundation.read(reader, &chunk, chunk.count), count > 0 { all += chunk[..<count] }
    return all
  }
}

@Suite struct ConsoleOutputTests {
  @Test func writesAtLineEndsAndWhenAsked() {
    let pipe = Pipe()
    let output = ConsoleOutput(FileDescriptor(pipe.writer))
    output.write("hello")
    #expect(pipe.read() == [])
    #expect(!output.isAtLineStart)
    output.write("\n")
    #expect(pipe.read() == Array("hello\n".utf8))
    output.write("# ")
    output.flush()
    #expect(pipe.read() == Array("# ".utf8))
  }

  @Test func writesWhenMuchHasGathered() {
    let pipe = Pipe()
    let output = ConsoleOutput(FileDescriptor(pipe.writer))
    for _ in 0..<10_000 { output.write(0x2E) }
    #expect(pipe.read().count >= 8192)
  }

  @Test func tellsThatTheReaderHasGone() {
    let pipe = Pipe()
    let output = ConsoleOutput(FileDescriptor(pipe.writer))
    pipe.closeReader()
    output.write("lost\n")
    #expect(output.failure == EPIPE)
    output.write("lost too\n")
    #expect(output.failure == EPIPE)
  }

  @Test func keepsWhatASlowReaderDoesNotTakeWhenInterrupted() {
    let pipe = Pipe()
    let interruption = Pipe()
    interruption.write([1])
    let output = ConsoleOutput(FileDescriptor(pipe.writer))
    output.limitWaiting(interruption: FileDescriptor(interruption.reader), deadline: nil)
    // More than a pipe holds.
    let text = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) | 0x80 }
    for byte in text { output.write(byte) }
    var taken: [UInt8] = []
    for _ in 0..<100 {
      taken += pipe.read()
      output.flush()
    }
    #expect(taken == text)
    #expect(output.failure == nil)
  }
}

@Suite struct ConsoleInputTests {
  private final class Silence: ConsoleSink {
    func write(_ byte: UInt8) {}
  }

  private func machine() throws -> VirtMachine {
    var configuration = MachineConfiguration()
    configuration.memorySize = 1 << 20
    return try VirtMachine(configuration, console: Silence())
  }

  /// Reads a byte as a guest does; nil when the line status register says that there is none.
  private func guestRead(_ uart: UART) throws -> UInt8? {
    guard try uart.read(at: 5, width: .byte) & 1 != 0 else { return nil }
    return UInt8(truncatingIfNeeded: try uart.read(at: 0, width: .byte))
  }

  @Test func deliversEveryByteInOrderAndReadsAheadNoFurtherThanItMust() throws {
    let machine = try machine()
    let pipe = Pipe()
    let input = ConsoleInput(FileDescriptor(pipe.reader), uart: machine.uart, isTerminal: false)
    let sent = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    pipe.write(sent)
    while input.awaited != nil { _ = input.read() }
    // What the guest has not asked for stays in the pipe, but for a little.
    #expect(pipe.read().count >= sent.count - 4096 - 16)

    var received: [UInt8] = []
    while let byte = try guestRead(machine.uart) { received.append(byte) }
    #expect(received.count >= 4096)
    #expect(received == Array(sent[..<received.count]))
    #expect(input.awaited != nil)
  }

  @Test func sendsControlACommandsOfAPipeToTheGuest() throws {
    let machine = try machine()
    let pipe = Pipe()
    let input = ConsoleInput(FileDescriptor(pipe.reader), uart: machine.uart, isTerminal: false)
    pipe.write([1, 0x78])
    #expect(input.read() == [])
    #expect(try guestRead(machine.uart) == 1)
    #expect(try guestRead(machine.uart) == 0x78)
  }

  @Test func findsCommandsOfATerminalThoughTheGuestDoesNotListen() throws {
    let machine = try machine()
    let pipe = Pipe()
    let input = ConsoleInput(FileDescriptor(pipe.reader), uart: machine.uart, isTerminal: true)
    pipe.write([UInt8](repeating: 0x2E, count: 10_000) + [1, 0x78])
    var commands: [EscapeSequence.Event] = []
    for _ in 0..<3 { commands += input.read() }
    #expect(commands == [.quit])
  }

  @Test func stopsWaitingAtTheEndOfInput() throws {
    let machine = try machine()
    let pipe = Pipe()
    let input = ConsoleInput(FileDescriptor(pipe.reader), uart: machine.uart, isTerminal: false)
    pipe.closeWriter()
    #expect(input.read() == [])
    #expect(input.awaited == nil)
    #expect(input.isAtEnd)
  }
}
