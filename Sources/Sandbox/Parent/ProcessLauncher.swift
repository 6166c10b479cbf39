#if os(Linux)
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

    init(program: String) throws(SandboxError) {
      self.program = program
      nursery = try Nursery()
    }

    /// What a child can lock itself down with.
    func probe() throws(SandboxError) -> [SandboxFeature] {
      let child = try start("probe", Setup(.probe, parent: getpid()), ram: nil, BootFiles())
      defer { child.end() }
      return try features(of: child)
    }

    /// How a child fared that tried to break out.
    func attempt(_ escape: Escape) throws(SandboxError) -> String {
      let child = try start("escape", Setup(.attempt(escape), parent: getpid()), ram: nil, BootFiles())
      _ = try features(of: child)
      guard case .success(.refused(let words)) = child.answer(within: Self.startLimit) else { return child.endInWords() }
      child.end()
      return words
    }

    /// A child that has made its machine and waits to be told to run it.
    func launch(_ guest: GuestDescription) throws(SandboxError) -> ProcessExecution {
      do throws(DescriptionError) { _ = try guest.machine.configuration() } catch { throw .machine(error) }
      let files = try BootFiles(guest.boot)
      var setup = Setup(.guest, parent: getpid())
      setup.machine = guest.machine
      setup.boot = guest.boot
      setup.files = files.files
      let ram = try SharedMemory.create(name: "roost-ram", size: Int(clamping: guest.machine.memory))
      let child = try start(guest.name, setup, ram: ram, files)
      _ = try features(of: child)
      return ProcessExecution(child)
    }

    private func features(of child: ChildProcess) throws(SandboxError) -> [SandboxFeature] {
      switch child.answer(within: Self.startLimit) {
      case .success(.ready(let features)): return features
      case .success(.refused(let words)):
        child.end()
        throw .refused(words)
      case .success(.slice): throw .lost(reason: child.end(because: ChildProcess.nonsense))
      case .failure(let loss): throw .lost(reason: child.end(because: loss))
      }
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
      let (ours, theirs) = try Channel.pair()
      let channel = OpenDescriptor(ours.descriptor)
      let far = OpenDescriptor(theirs.descriptor)
      let words = try LastWords()
      let spawn = Spawn(
        program: program, arguments: ["roost: \(name)", Self.command], errors: words.far,
        descriptors: [far, area, ram ?? area] + files.descriptors)
      let process = try nursery.perform { spawn.run() }.get()
      let child = ChildProcess(process, channel: channel, area: mapping, ram: ram, words: words.near)
      guard ours.send(message) else { throw .lost(reason: child.endInWords()) }
      return child
    }
  }
#endif
