#if os(Linux)
  import Boards
  import GuestImage
  import Monitor
  import Peripherals
  import Snapshots
  import SystemBus

  /// The machine of a child's guest, and what is around it.
  final class GuestServer {
    private let setup: Setup
    private let machine: VirtMachine
    private let doorbell: Doorbell
    private let output: ConsoleBuffer
    private let input: TypedInput
    /// The machine as it is being told to the monitor.
    private var saved: [UInt8] = []

    /// Makes the machine, from nothing but what the monitor says.
    init(_ setup: Setup) throws {
      self.setup = setup
      guard let area = AreaMapping(Inheritance.area) else {
        throw SandboxError.noResources(what: "memory", reason: errnoText())
      }
      doorbell = Doorbell(sharing: area.doorbell, owner: area)
      output = ConsoleBuffer(area)
      machine = try VirtMachine(
        try setup.machine.configuration(), console: output, ram: .descriptor(Inheritance.ram))
      input = TypedInput(for: machine.uart)
    }

    /// Boots it. From here on, content of unknown origin is looked at.
    func boot() throws {
      guard let path = setup.snapshot, let file = setup.files.first else {
        return try machine.start(try BootImages(setup.boot, reader: setup.reader))
      }
      let contents = try SnapshotFile.read(
        Inheritance.firstFile, length: file.length, name: path, into: machine.ram)
      try machine.resume(encoded: contents.machine)
      input.append(contents.typed)
    }

    /// Does what is asked, until nobody asks any more.
    func serve(_ channel: Channel) {
      while case .message(let message) = channel.receive(), let request = try? Request(message) {
        switch request {
        case .run(let slice): guard channel.send(Reply.slice(run(slice)).bytes) else { return }
        case .hold: machine.holdTime()
        case .release: machine.releaseTime()
        case .save(let offset): guard channel.send(save(from: offset).bytes) else { return }
        }
      }
    }

    /// Puts a part of the machine where the monitor will look for it.
    private func save(from offset: UInt64) -> Reply {
      if offset == 0 {
        var encoder = StateEncoder()
        encoder.encode(Array(input.waiting))
        saved = encoder.bytes + machine.encodedWithoutRAM()
      }
      let part = saved.dropFirst(Int(clamping: offset)).prefix(SliceReport.outputLimit)
      output.clear()
      for byte in part { output.write(byte) }
      let total = saved.count
      if Int(clamping: offset) + part.count >= total { saved = [] }
      return .saved(count: UInt32(truncatingIfNeeded: part.count), total: UInt64(total))
    }

    private func run(_ slice: Request.Slice) -> SliceReply {
      if slice.resets { machine.requestReset() }
      input.append(slice.input)
      output.clear()
      let outcome = machine.run(for: slice.nanoseconds, until: slice.horizon, doorbell: doorbell)
      var reply = SliceReply(SliceReport.Outcome(outcome, of: machine))
      reply.outputCount = UInt32(truncatingIfNeeded: output.count)
      reply.dropped = output.dropped
      reply.waitingInput = UInt32(clamping: input.count)
      reply.statistics = machine.statistics
      reply.virtualTime = machine.isTimeVirtual ? machine.now : 0
      reply.waitsForInput = machine.isTimeVirtual && reply.outcome == .idle(nanoseconds: nil)
      return reply
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
