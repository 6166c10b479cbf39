#if os(Linux)
  import Boards
  import GuestImage
  import Monitor
  import Peripherals
  import SystemBus

  /// The machine of a child's guest, and what is around it.
  final class GuestServer {
    private let machine: VirtMachine
    private let doorbell: Doorbell
    private let output: ConsoleBuffer
    /// Typed, but not taken by the UART yet.
    private var input: [UInt8] = []

    private static let nanosecondsPerTick: UInt64 = 1_000_000_000 / ticksPerSecond

    /// Makes the machine and boots it. This is where files of unknown origin are looked at first.
    init(_ setup: Setup) throws {
      guard let area = AreaMapping(Inheritance.area) else { throw SandboxError.unavailable(reason: errnoText()) }
      doorbell = Doorbell(sharing: area.doorbell, owner: area)
      output = ConsoleBuffer(area)
      let images = try BootImages(setup.boot, reader: setup.reader)
      machine = try VirtMachine(
        try setup.machine.configuration(), console: output, ramDescriptor: Inheritance.ram)
      try machine.start(images)
      machine.uart.onReceiveSpace = { [unowned self] in deliver() }
    }

    func answer(_ request: Request) -> SliceReply {
      if request.resets { machine.reset() }
      input += request.input
      deliver()
      output.clear()
      var reply = SliceReply(outcome(of: machine.run(for: request.nanoseconds, doorbell: doorbell)))
      reply.outputCount = UInt32(truncatingIfNeeded: output.count)
      reply.dropped = output.dropped
      reply.waitingInput = UInt32(clamping: input.count)
      reply.statistics = machine.statistics
      return reply
    }

    private func outcome(of slice: SliceOutcome) -> SliceReport.Outcome {
      switch slice {
      case .ran: return .ran
      case .ended(let end): return .ended(end)
      case .idle(until: .max): return .idle(nanoseconds: nil)
      case .idle(let deadline):
        let now = machine.now
        let ticks = deadline > now ? deadline - now : 0
        return .idle(nanoseconds: min(ticks, .max / Self.nanosecondsPerTick) * Self.nanosecondsPerTick)
      }
    }

    /// Gives the UART what it has room for.
    private func deliver() {
      guard !input.isEmpty else { return }
      input.removeFirst(machine.uart.receive(input))
    }
  }

  /// Keeps the output of one slice where the monitor will look for it.
  private final class ConsoleBuffer: ConsoleSink {
    private let area: AreaMapping
    private(set) var count = 0
    private(set) var dropped: UInt64 = 0

    init(_ area: AreaMapping) { self.area = area }

    func write(_ byte: UInt8) {
      guard count < SliceReport.outputLimit else {
        dropped &+= 1
        return
      }
      area.output.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
      count += 1
    }

    func clear() {
      count = 0
      dropped = 0
    }
  }

  extension Setup {
    /// Reads the files that this process was given open.
    fileprivate var reader: FileReader {
      FileReader { [files] path, limit throws(ImageError) in
        guard let index = files.firstIndex(where: { $0.path == path }) else {
          throw .cannotRead(file: path, reason: "it was not given to the guest's process")
        }
        let length = files[index].length
        guard length <= limit else { throw .tooLarge(file: path, size: length, limit: limit) }
        return try HostFile.read(Inheritance.firstFile + CInt(index), count: Int(clamping: length), path: path)
      }
    }
  }
#endif
