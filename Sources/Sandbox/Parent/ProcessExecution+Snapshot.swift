#if os(Linux)
  import Boards
  import Glibc
  import Monitor
  import Snapshots
  import SystemBus

  extension ProcessExecution {
    /// How long a child may take to tell all of its machine, in nanoseconds.
    private static let savingLimit: UInt64 = 2_000_000_000
    /// Bytes that it may tell besides as much as RAM: images lie in that.
    private static let savingRoom = 64 << 20
    /// Bytes that may have been typed and not read.
    private static let typedLimit = 1 << 20

    /// RAM is copied here, where it is mapped from; the rest is what the child says. It is believed to be the state of that
    /// child's guest, and of a machine that is made as this one.
    public func snapshot() throws -> SavedGuest {
      guard isReady else { throw SavingError("it is not ready yet; try again in a while") }
      var told = StateDecoder(try stateOfChild())
      let typed: [UInt8]
      let snapshot: MachineSnapshot
      do {
        typed = try told.decodeBytes()
        guard typed.count <= Self.typedLimit else { throw ChildProcess.Loss.nonsense }
        snapshot = try MachineSnapshot(told.rest) { size in
          guard size == machine.memorySize, let ram = child.ram else { throw ChildProcess.Loss.nonsense }
          return try MemoryImage.copy(of: ram.number, size: size)
        }
      } catch let error as MemoryError {
        throw error
      } catch {
        throw SavingError(lose(.nonsense))
      }
      guard MachineDescription(snapshot.configuration) == MachineDescription(machine) else {
        throw SavingError(lose(.nonsense))
      }
      var saved = SavedGuest(snapshot)
      saved.typed = typed + input
      return saved
    }

    /// The child's next answer, if it comes in time; for what the host had it wait it is not to blame.
    private func awaitPart(since start: UInt64, delayBefore: UInt64?) -> Result<Reply, ChildProcess.Loss> {
      while !child.channel.wait(nanoseconds: Self.savingLimit / 100) {
        let delay = child.runDelay ?? 0
        let excused = delay - min(delayBefore ?? delay, delay)
        if HostTime.now &- start > Self.savingLimit &+ excused { return .failure(.silent) }
      }
      return child.receive()
    }

    /// All of the machine but RAM, in the child's words.
    private func stateOfChild() throws -> [UInt8] {
      let start = HostTime.now
      let delayBefore = child.runDelay
      var bytes: [UInt8] = []
      var whole: UInt64?
      while true {
        _ = child.channel.send(Request.save(from: UInt64(bytes.count)).bytes)
        switch awaitPart(since: start, delayBefore: delayBefore) {
        case .success(.saved(let count, let total)):
          // A total that grows would never be reached.
          let left = Int(clamping: total) - bytes.count
          guard total <= UInt64(machine.memorySize + Self.savingRoom), whole ?? total == total, count > 0,
            Int(count) <= left
          else {
            throw SavingError(lose(.nonsense))
          }
          // Copied before anybody looks at it: the child may write there at any time.
          whole = total
          bytes += Array(UnsafeRawBufferPointer(start: child.area.output, count: Int(count)))
          if bytes.count == Int(clamping: total) { return bytes }
        case .success: throw SavingError(lose(.nonsense))
        case .failure(let loss): throw SavingError(lose(loss))
        }
      }
    }
  }

  /// Why a machine in a child cannot be saved, in words.
  private struct SavingError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
#endif
