import Testing
import Translator

#if arch(x86_64) && os(Linux)
  /// How a buffer hands out memory for the two kinds of code.
  @Suite struct CodeChunkTests {
    private static let chunk = 64 << 10

    /// Writes so many bytes of code as whoever makes some does: again after the room was widened, until it fits. Returns
    /// where it begins and how often it was written; nil when there is no room.
    private func write(_ count: Int, _ kind: CodeKind, to buffer: CodeBuffer) -> (start: Int, attempts: Int)? {
      var attempts = 0
      while var assembler = buffer.assembler(kind) {
        attempts += 1
        let start = assembler.offset
        for _ in 0..<count { assembler.int3() }
        if buffer.take(assembler, kind) { return (start, attempts) }
        guard buffer.widen(kind) else { return nil }
      }
      return nil
    }

    @Test func kindsHaveChunksOfTheirOwn() throws {
      let buffer = try CodeBuffer(capacity: 1 << 20)
      var starts: [Int] = []
      for size in [100, 200] {
        for kind in [CodeKind.often, .rare] { starts.append(try #require(write(size, kind, to: buffer)).start) }
      }
      #expect(starts == [0, Self.chunk, 100, Self.chunk + 100])
      #expect(buffer.used == 600 && buffer.handedOut == 2 * Self.chunk)
      #expect(buffer.free == buffer.capacity - 2 * Self.chunk)
      #expect(buffer.residentBytes <= 4 * 4096)
    }

    @Test func whatDoesNotFitGoesToTheNextChunk() throws {
      let buffer = try CodeBuffer(capacity: 1 << 20)
      #expect(write(Self.chunk - 1000, .often, to: buffer)?.start == 0)
      #expect(write(10, .rare, to: buffer)?.start == Self.chunk)
      let again = try #require(write(2000, .often, to: buffer))
      #expect(again.start == 2 * Self.chunk && again.attempts == 2)
      // The last chunk becomes longer where it is.
      let long = try #require(write(Self.chunk - 1000, .often, to: buffer))
      #expect(long.start == 2 * Self.chunk + 2000 && long.attempts == 2)
      #expect(write(10, .rare, to: buffer)?.start == Self.chunk + 10)
      #expect(buffer.used == 2 * Self.chunk + 20 && buffer.handedOut == 4 * Self.chunk)
    }

    @Test func codeMayBeLongerThanAChunk() throws {
      let buffer = try CodeBuffer(capacity: 1 << 20)
      #expect(write(10, .often, to: buffer) != nil && write(10, .rare, to: buffer) != nil)
      let count = 3 * Self.chunk + 5
      #expect(write(count, .often, to: buffer)?.start == 2 * Self.chunk)
      #expect(buffer.handedOut == 6 * Self.chunk)
      #expect(buffer.executable[2 * Self.chunk + count - 1] == 0xCC)
      // Nothing else was written to.
      #expect(buffer.executable[Self.chunk + 9] == 0xCC && buffer.executable[Self.chunk + 10] == 0)
      #expect(withExtendedLifetime(buffer) { buffer.executable[6 * Self.chunk] } == 0)
    }

    @Test func whatDoesNotFitTheBufferIsRefused() throws {
      let buffer = try CodeBuffer(capacity: 1 << 20)
      buffer.setLimit(3 * Self.chunk)
      #expect(write(10, .rare, to: buffer)?.start == 0)
      #expect(write(2 * Self.chunk, .often, to: buffer) == nil)
      #expect(buffer.used == 10 && buffer.handedOut == buffer.limit && buffer.free == 0)
      // What there is may still be used.
      #expect(write(2 * Self.chunk - 20, .often, to: buffer)?.start == Self.chunk)
      #expect(write(Self.chunk - 100, .rare, to: buffer)?.start == 10)
      #expect(!buffer.widen(.rare) && !buffer.widen(.often))
      #expect(write(200, .rare, to: buffer) == nil)
    }

    @Test(arguments: [1, 4096, 8192, 12 << 10, 100_000, 500_000])
    func smallBuffersHaveRoomForWhatTheyHold(capacity: Int) throws {
      let buffer = try CodeBuffer(capacity: capacity)
      #expect(write(1000, .rare, to: buffer)?.start == 0)
      // With one page there is no place for the other kind.
      #expect(write(1000, .often, to: buffer)?.start == (capacity > 4096 ? buffer.chunkSize : nil))
      #expect(buffer.chunkSize % 4096 == 0 && buffer.chunkSize <= max(buffer.capacity / 8, 4096))
      #expect(buffer.handedOut <= buffer.limit && buffer.limit == buffer.capacity)
    }

    @Test func chunksEndAtTheLimit() throws {
      let buffer = try CodeBuffer(capacity: 1 << 20)
      buffer.setLimit(Self.chunk + 8192)
      #expect(write(10, .often, to: buffer)?.start == 0)
      #expect(buffer.room(for: .rare) == Self.chunk..<Self.chunk + 8192)
      #expect(write(10_000, .rare, to: buffer) == nil)
      // What was handed out is not given back, though nothing has been written there.
      buffer.setLimit(0)
      #expect(buffer.limit == Self.chunk + 8192 && buffer.free == 0)
      buffer.setLimit(1 << 20)
      #expect(write(10_000, .rare, to: buffer)?.start == Self.chunk)
      #expect(buffer.handedOut == 2 * Self.chunk)
      buffer.setLimit(0)
      #expect(buffer.limit == 2 * Self.chunk)
    }

    @Test func allButTheBeginningIsForgotten() throws {
      let buffer = try CodeBuffer(capacity: 1 << 20)
      #expect(write(700, .often, to: buffer) != nil)
      #expect(write(100_000, .rare, to: buffer) != nil)
      buffer.truncate(to: 700)
      #expect(buffer.used == 700 && buffer.handedOut == 700)
      #expect(write(10, .rare, to: buffer)?.start == 700)
      #expect(write(10, .often, to: buffer)?.start == Self.chunk)
      // A rest that is too small for an instruction is no chunk.
      buffer.truncate(to: Self.chunk - 5)
      #expect(buffer.room(for: .often) == Self.chunk - 5..<2 * Self.chunk)
      #expect(buffer.room(for: .rare) == 2 * Self.chunk..<3 * Self.chunk)
    }

    @Test func anAssemblerGoesOnElsewhere() throws {
      let buffer = try CodeBuffer(capacity: 1 << 20)
      let (often, rare) = (try #require(buffer.room(for: .often)), try #require(buffer.room(for: .rare)))
      var assembler = Assembler(start: buffer.writable, room: often)
      var (elsewhere, back) = (Label(), Label())
      assembler.test32(.rdi, .rdi)
      assembler.jump(.e, to: &elsewhere)
      assembler.mov32(.rax, 1)
      assembler.bind(&back)
      assembler.ret()
      let end = assembler.offset
      #expect(!assembler.hasMoved)
      assembler.move(to: rare)
      #expect(assembler.hasMoved && assembler.offset == rare.lowerBound)
      assembler.bind(&elsewhere)
      assembler.mov32(.rax, 2)
      assembler.jump(to: &back)
      #expect(!assembler.overflowed)
      buffer.take(.often, upTo: end)
      buffer.take(.rare, upTo: assembler.offset)
      #expect(buffer.used == end + assembler.offset - rare.lowerBound)
      let function = unsafeBitCast(buffer.executable, to: (@convention(c) (Int32) -> Int32).self)
      #expect(withExtendedLifetime(buffer) { (function(0), function(5)) } == (2, 1))
    }

    @Test(arguments: [0, 60, 200], [0, 60, 200])
    func nothingIsWrittenOutsideOfEitherPlace(first: Int, second: Int) {
      var bytes = [UInt8](repeating: 0xAA, count: 1000)
      bytes.withUnsafeMutableBufferPointer { memory in
        guard let start = memory.baseAddress else { return }
        var assembler = Assembler(start: start, room: 600..<700)
        var label = Label()
        assembler.jump(to: &label)
        for _ in 0..<first { assembler.emitLong() }
        let overflowed = assembler.overflowed
        assembler.move(to: 300..<400)
        // Where there was no room, nothing moves.
        #expect(assembler.hasMoved == !overflowed && overflowed == (first > 0))
        for _ in 0..<second { assembler.emitLong() }
        assembler.bind(&label)
        assembler.ret()
        #expect(assembler.overflowed == (first > 0 || second > 0))
        let used = overflowed ? 600..<700 : 300..<400
        #expect(used.contains(assembler.offset))
      }
      for (index, byte) in bytes.enumerated() where byte != 0xAA {
        #expect((300..<400).contains(index) || (600..<700).contains(index))
      }
    }
  }

  extension Assembler {
    /// Ten bytes.
    fileprivate mutating func emitLong() { mov64(.rax, 0x1234_5678_9ABC_DEF0) }
  }
#endif
