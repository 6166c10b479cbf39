import Testing
import Translator

#if arch(x86_64) && os(Linux)
  @Suite struct CodeBufferTests {
    @Test func codeRuns() throws {
      let buffer = try CodeBuffer(capacity: 1 << 20)
      var assembler = try #require(buffer.assembler())
      assembler.lea32(.rax, HostAddress(.rdi, .rsi))
      assembler.ret()
      #expect(buffer.take(assembler))
      let add = unsafeBitCast(buffer.executable, to: (@convention(c) (Int32, Int32) -> Int32).self)
      #expect(add(40, 2) == 42)
    }
  }
#endif
