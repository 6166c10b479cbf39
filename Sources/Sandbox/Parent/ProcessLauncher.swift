#if os(Linux)
  import Boards
  import Glibc
  import Monitor

  /// Starts children, each with the machine of one guest.
  public final class ProcessLauncher: Sendable {
    /// This program, even when its file has been replaced or deleted since it was started.
    public static let thisProgram = "/proc/self/exe"
    /// The command that the program must know; it ends in `GuestProcess.run`.
    public static let command = "guest-process"
    /// How long a child may take to lock itself down and make its machine, in nanoseconds.
    private static let startLimit: UInt64 = 60_000_000_000

    private let program: String
    private let nursery: Nursery

    package init(program: String) throws(SandboxError) {
      self.program = program
      nursery = try Nursery()
    }

    /// What a child can lock itself down with.
    func probe() throws(SandboxError) -> [SandboxFeature] {
      try features(of: start("probe", Setup(.probe, parent: getpid()), ram: nil, BootFiles()))
    }

    /// How a child fared that tried to break out.
    func attempt(_ escape: Escape) throws(SandboxError) -> String {
      let child = try start("escape", Setup(.attempt(escape), parent: getpid()), ram: nil, BootFiles())
      _ = try features(of: child)
      switch child.answer(within: Self.startLimit) {
      case .success(.refused(let words)): return words
      case .success: return child.end(because: .nonsense)
      case .failure(let loss): return child.end(because: loss)
      }
    }

    private func features(of child: ChildProcess) throws(SandboxError) -> [SandboxFeature] {
      switch child.answer(within: Self.startLimit) {
      case .success(.ready(let features)): return features
      case .success(.refused(let words)): throw .unavailable(reason: words)
      case .success(.slice), .success(.saved): throw .unavailable(reason: child.end(because: .nonsense))
      case .failure(let loss): throw .unavailable(reason: child.end(because: loss))
      }
    }

    /// A machine in a child that has just been started: it gets ready while others run.
    package func launch(_ guest: GuestDescription) throws(SandboxError) -> ProcessExecution {
      let files = try BootFiles(guest.boot)
      return try launch(guest, files) { $0.boot = guest.boot }
    }

    /// The same, which goes on from a snapshot: the child reads it.
    func launch(_ guest: GuestDescription, from origin: GuestOrigin) throws(SandboxError) -> ProcessExecution {
      let files = try BootFiles(origin)
      return try launch(guest, files) { $0.snapshot = files.files.first?.path }
    }

    private func launch(
      _ guest: GuestDescription, _ files: BootFiles, _ complete: (inout Setup) -> Void
    ) throws(SandboxError) -> ProcessExecution {
      let machine: MachineConfiguration
      do throws(DescriptionError) { machine = try guest.machine.configuration() } catch { throw .machine(error) }
      var setup = Setup(.guest, parent: getpid())
      setup.machine = guest.machine
      setup.files = files.files
      complete(&setup)
      let ram = try SharedMemory.create(name: "roost-ram", size: machine.memorySize)
      let child = try start(guest.name, setup, ram: ram, files)
      return ProcessExecution(child, of: self, machine: machine, startLimit: Self.startLimit)
    }

    /// - Parameter name: shown in the host's lists of processes.
    private func start(
      _ name: String, _ setup: Setup, ram: OpenDescriptor?, _ files: BootFiles
    ) throws(SandboxError) -> ChildProcess {
      let message = setup.bytes
      guard message.count <= Channel.limit else {
        throw .tooLong(what: "what describes the guest", limit: Channel.limit)
      }
      let area = try SharedMemory.create(name: "roost-guest", size: SharedArea.size)
      guard let mapping = AreaMapping(area.number) else {
        throw .noResources(what: "memory", reason: errnoText())
      }
      let (near, far) = try Channel.pair()
      let words = try LastWords()
      // Sent before there is anybody to read it, which is sooner than afterwards.
      guard Channel(descriptor: near.number).send(message) else {
        throw .noResources(what: "socket", reason: errnoText())
      }
      let spawn = Spawn(
        program: program, arguments: ["roost: \(name)", Self.command], errors: words.far,
        descriptors: [far, area, ram ?? area] + files.descriptors)
      let process = try nursery.perform { spawn.run() }.get()
      return ChildProcess(process, link: near, area: mapping, ram: ram, words: words.near)
    }
  }
#endif
