import Foundation
import Testing
import Translator

#if arch(x86_64) && os(Linux)
  @Suite struct CodeBufferTests {
    /// Code of a new buffer as a function.
    private func run<Function, Result>(
      as _: Function.Type, _ write: (inout Assembler) -> Void, _ body: (Function) -> Result
    ) throws -> Result {
      let buffer = try CodeBuffer(capacity: 1 << 16)
      var assembler = try #require(buffer.assembler())
      write(&assembler)
      #expect(buffer.take(assembler))
      return withExtendedLifetime(buffer) { body(unsafeBitCast(buffer.executable, to: Function.self)) }
    }

    @Test func arithmeticRuns() throws {
      try run(as: (@convention(c) (Int32, Int32) -> Int32).self) { assembler in
        assembler.lea32(.rax, HostAddress(.rdi, .rsi, scale: 4, 100))
        assembler.shift32(.shl, .rax, by: 1)
        assembler.alu32(.sub, .rax, 3)
        assembler.ret()
      } _: {
        #expect($0(10, -2) == (10 - 8 + 100) * 2 - 3)
      }
    }

    @Test func loopsRun() throws {
      let sum = try run(as: (@convention(c) (Int32) -> Int32).self) { assembler in
        var (again, done) = (Label(), Label())
        assembler.alu32(.xor, .rax, .rax)
        assembler.bind(&again)
        assembler.test32(.rdi, .rdi)
        assembler.jump(.e, to: &done)
        assembler.alu32(.add, .rax, .rdi)
        assembler.alu32(.sub, .rdi, 1)
        assembler.jump(to: &again)
        assembler.bind(&done)
        assembler.ret()
      } _: {
        $0(1000)
      }
      #expect(sum == 500_500)
    }

    @Test func loadsAndStoresRun() throws {
      var words: [UInt32] = [0x1234_80FF, 7, 0, 0, 0]
      try run(as: (@convention(c) (UnsafeMutablePointer<UInt32>, Int) -> Void).self) { assembler in
        assembler.loadSigned8(.rax, HostAddress(.rdi))
        assembler.store32(HostAddress(.rdi, 8), .rax)
        assembler.loadZero16(.rax, HostAddress(.rdi))
        assembler.store32(HostAddress(.rdi, .rsi, scale: 4, 8), .rax)
        assembler.load32(.rax, HostAddress(.rdi, .rsi, scale: 4))
        assembler.alu32(.add, HostAddress(.rdi, .rsi, scale: 4), .rax)
        assembler.store8(HostAddress(.rdi, 16), .rsi)
        assembler.ret()
      } _: {
        $0(&words, 1)
      }
      #expect(words == [0x1234_80FF, 14, 0xFFFF_FFFF, 0x80FF, 1])
    }

    @Test func floatsRun() throws {
      let root = try run(as: (@convention(c) (Double, Double) -> Double).self) { assembler in
        assembler.float(.mul, .double, .xmm0, .xmm0)
        assembler.float(.mul, .double, .xmm1, .xmm1)
        assembler.float(.add, .double, .xmm0, .xmm1)
        assembler.squareRoot(.double, .xmm0, .xmm0)
        assembler.ret()
      } _: {
        $0(3, 4)
      }
      #expect(root == 5)
      guard HostFeatures.host.contains(.fma) else { return }
      let product = try run(as: (@convention(c) (Float, Float, Float) -> Float).self) { assembler in
        assembler.fused(.sub213, .single, .xmm0, .xmm1, .xmm2)
        assembler.ret()
      } _: {
        $0(3, 4, 2)
      }
      #expect(product == 10)
    }

    @Test func newBitInstructionsRun() throws {
      guard HostFeatures.host.isSuperset(of: [.bmi2, .lzcnt]) else { return }
      let value = try run(as: (@convention(c) (UInt32, UInt32) -> UInt32).self) { assembler in
        assembler.shlx32(.rax, .rdi, by: .rsi)
        assembler.rorx32(.rax, .rax, by: 16)
        assembler.lzcnt32(.rdx, .rdi)
        assembler.alu32(.or, .rax, .rdx)
        assembler.ret()
      } _: {
        $0(0x1, 35)
      }
      #expect(value == 0x8_0000 | 31)
    }

    @Test func patchedJumpsRun() throws {
      let buffer = try CodeBuffer(capacity: 4096)
      var assembler = try #require(buffer.assembler())
      assembler.jump(to: 5)
      assembler.mov32(.rax, 1)
      assembler.ret()
      let other = assembler.offset
      assembler.mov32(.rax, 2)
      assembler.ret()
      #expect(buffer.take(assembler))
      let function = unsafeBitCast(buffer.executable, to: (@convention(c) () -> Int32).self)
      #expect(function() == 1)
      buffer.patchJump(at: 0, to: other)
      #expect(function() == 2)
      #expect(withExtendedLifetime(buffer) { $0.used } == assembler.offset)
    }

    @Test func neitherViewCanBothBeWrittenAndExecuted() throws {
      let buffer = try CodeBuffer(capacity: 10_000)
      #expect(buffer.capacity == 12_288)
      let views = [(UInt(bitPattern: buffer.writable), "rw-s"), (UInt(bitPattern: buffer.executable), "r-xs")]
      let text = try processText("/proc/self/maps")
      let maps = withExtendedLifetime(buffer) { text.split(separator: "\n").map(Mapping.init) }
      for (start, protection) in views {
        let end = start + UInt(buffer.capacity)
        #expect(maps.first { $0.start == start && $0.end == end }?.protection == protection)
        #expect(maps.first { $0.start < start && $0.end == start }?.protection == "---p")
        #expect(maps.first { $0.start == end }?.protection == "---p")
      }
      #expect(maps.allSatisfy { !($0.protection.contains("w") && $0.protection.contains("x")) })
    }

    /// The kernel tells such a file in pieces, of which `String(contentsOfFile:)` takes the first.
    private func processText(_ path: String) throws -> String {
      let file = try #require(FileHandle(forReadingAtPath: path))
      return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    }

    private struct Mapping {
      let start: UInt
      let end: UInt
      let protection: String

      init(_ line: Substring) {
        let fields = line.split(separator: " ", maxSplits: 2)
        let ends = fields[0].split(separator: "-").map { UInt($0, radix: 16) ?? 0 }
        (start, end) = (ends[0], ends[1])
        protection = String(fields[1])
      }
    }

    @Test func memoryIsGivenBack() throws {
      let buffer = try CodeBuffer(capacity: 1 << 20)
      #expect(buffer.residentBytes == 0)
      // More than a chunk.
      #expect(buffer.room(for: .often) == 0..<buffer.chunkSize && buffer.widen(.often))
      var assembler = try #require(buffer.assembler())
      for _ in 0..<100_000 { assembler.int3() }
      #expect(buffer.take(assembler))
      #expect(buffer.used == 100_000 && buffer.free == buffer.capacity - 2 * buffer.chunkSize)
      #expect(buffer.residentBytes >= 100_000 && buffer.residentBytes < 150_000)
      #expect(buffer.executable[99_999] == 0xCC)
      buffer.reset()
      #expect(buffer.used == 0 && buffer.handedOut == 0 && buffer.residentBytes == 0)
      #expect(withExtendedLifetime(buffer) { buffer.executable[0] } == 0)
    }

    @Test func codeThatDoesNotFitIsNotTaken() throws {
      let buffer = try CodeBuffer(capacity: 4096)
      var first = try #require(buffer.assembler())
      for _ in 0..<4000 { first.int3() }
      #expect(buffer.take(first))
      var second = try #require(buffer.assembler())
      for _ in 0..<100 { second.int3() }
      #expect(second.overflowed && !buffer.take(second))
      #expect(buffer.used == 4000)
      var third = try #require(buffer.assembler())
      third.nop(8)
      third.nop(73)
      #expect(buffer.take(third))
      #expect(buffer.assembler() == nil)
      buffer.truncate(to: 10)
      #expect(buffer.assembler()?.offset == 10)
    }

    @Test func featuresAreThoseThatTheKernelLists() throws {
      let text = try processText("/proc/cpuinfo")
      let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []
      let names: [(HostFeatures, Substring)] = [
        (.bmi1, "bmi1"), (.bmi2, "bmi2"), (.lzcnt, "abm"), (.popcnt, "popcnt"), (.avx, "avx"), (.fma, "fma"),
      ]
      for (feature, name) in names { #expect(HostFeatures.host.contains(feature) == flags.contains(name), "\(name)") }
    }
  }
#endif
