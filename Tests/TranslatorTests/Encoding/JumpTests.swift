import Testing
import Translator

@Suite struct JumpTests {
  @Test func jumpsForwardFindTheirLabel() {
    let code = assembled { assembler in
      var label = Label()
      assembler.jump(to: &label)
      assembler.jump(.ne, to: &label)
      assembler.call(&label)
      assembler.bind(&label)
      assembler.ret()
    }
    #expect(hexadecimal(code) == "e90b000000" + "0f8505000000" + "e800000000" + "c3")
  }

  @Test func jumpsBackAreShortWhereTheyCanBe() {
    let code = assembled { assembler in
      var label = Label()
      assembler.bind(&label)
      assembler.int3()
      assembler.jump(to: &label)
      assembler.jump(.g, to: &label)
      assembler.call(&label)
    }
    #expect(hexadecimal(code) == "cc" + "ebfd" + "7ffb" + "e8f6ffffff")
  }

  /// The last distance that a byte holds, and the first that it does not.
  @Test func longJumpsBackAreLong() {
    func jump(over count: Int, _ condition: HostCondition?) -> String {
      let code = assembled { assembler in
        var label = Label()
        assembler.bind(&label)
        for _ in 0..<count { assembler.int3() }
        if let condition {
          assembler.jump(condition, to: &label)
        } else {
          assembler.jump(to: &label)
        }
      }
      return hexadecimal(code.dropFirst(count))
    }
    #expect(jump(over: 126, nil) == "eb80")
    #expect(jump(over: 127, nil) == "e97cffffff")
    #expect(jump(over: 126, .b) == "7280")
    #expect(jump(over: 127, .b) == "0f827bffffff")
  }

  @Test func labelsOfOneNameAreUsedBeforeAndAfter() {
    let code = assembled { assembler in
      var label = Label()
      #expect(!label.isBound && !label.isAwaited)
      assembler.jump(to: &label)
      #expect(!label.isBound && label.isAwaited)
      assembler.bind(&label)
      #expect(label.isBound && !label.isAwaited)
      assembler.jump(to: &label)
    }
    #expect(hexadecimal(code) == "e900000000" + "ebfe")
  }

  @Test func manyJumpsToManyLabelsDoNotMix() {
    let code = assembled { assembler in
      var labels = (Label(), Label())
      for _ in 0..<100 {
        assembler.jump(to: &labels.0)
        assembler.jump(.e, to: &labels.1)
      }
      assembler.bind(&labels.1)
      assembler.int3()
      assembler.bind(&labels.0)
    }
    #expect(code.count == 1101)
    for index in 0..<100 {
      let (first, second) = (index * 11, index * 11 + 5)
      #expect(first + 5 + displacement(code, at: first + 1) == 1101)
      #expect(second + 6 + displacement(code, at: second + 2) == 1100)
    }
  }

  @Test func jumpsToOffsetsCanBePatched() {
    let code = assembled { assembler in
      assembler.jump(to: 0)
      assembler.jump(.s, to: 0)
      assembler.call(0)
      assembler.patchJump(at: 5, to: 1000)
    }
    #expect(hexadecimal(code) == "e9fbffffff" + "0f88dd030000" + "e8f0ffffff")
    let patched = assembled { assembler in
      assembler.jump(to: 0)
      assembler.call(0)
      assembler.patchJump(at: 0, to: 5)
      assembler.patchJump(at: 5, to: 4)
    }
    #expect(hexadecimal(patched) == "e900000000" + "e8faffffff")
  }

  @Test func offsetsCountFromTheStartWhereverOneBegins() {
    var memory = [UInt8](repeating: 0xAA, count: 64)
    memory.withUnsafeMutableBufferPointer { memory in
      guard let start = memory.baseAddress else { return }
      var assembler = Assembler(start: start, offset: 20, limit: start + 64)
      #expect(assembler.offset == 20 && assembler.firstOffset == 20)
      assembler.jump(to: 0)
      #expect(assembler.offset == 25)
    }
    #expect(hexadecimal(memory[20..<25]) == "e9e7ffffff")
    #expect(memory[..<20].allSatisfy { $0 == 0xAA })
  }

  private func displacement(_ code: [UInt8], at offset: Int) -> Int {
    Int(Int32(bitPattern: (0..<4).reduce(0) { $0 | UInt32(code[offset + $1]) << (8 * UInt32($1)) }))
  }
}

@Suite struct OverflowTests {
  /// Instructions of all lengths, with labels and patches, into little room: nothing around it changes.
  @Test func nothingIsWrittenBeyondTheLimit() {
    for room in Assembler.longestInstruction...120 {
      var memory = [UInt8](repeating: 0xAA, count: 400)
      memory.withUnsafeMutableBufferPointer { memory in
        guard let start = memory.baseAddress else { return }
        var assembler = Assembler(start: start, offset: 100, limit: start + 100 + room)
        write(&assembler)
        #expect(assembler.overflowed)
        #expect(assembler.offset >= 100 && assembler.offset <= 100 + room)
      }
      #expect(memory[..<100].allSatisfy { $0 == 0xAA }, "before \(room)")
      #expect(memory[(100 + room)...].allSatisfy { $0 == 0xAA }, "after \(room)")
    }
  }

  @Test func whatFitsDoesNotOverflow() {
    let code = assembled(room: 31) { assembler in
      for _ in 0..<16 { assembler.int3() }
      #expect(!assembler.overflowed)
    }
    #expect(code == [UInt8](repeating: 0xCC, count: 16))
    _ = assembled(room: 31) { assembler in
      for _ in 0..<17 { assembler.int3() }
      #expect(assembler.overflowed)
    }
  }

  private func write(_ assembler: inout Assembler) {
    var ahead = Label()
    var back = Label()
    assembler.bind(&back)
    for _ in 0..<8 {
      assembler.jump(to: &ahead)
      assembler.alu32(.add, HostAddress(.r12, .r13, scale: 8, 0x1234_5678), 0x1234_5678)
      assembler.mov64(.r15, 0x0123_4567_89AB_CDEF)
      assembler.store16(HostAddress(.r12, .r13, scale: 8, 0x1234_5678), 0x1234)
      assembler.jump(.e, to: &ahead)
      assembler.call(&ahead)
      assembler.fused(.add213, .double, .xmm8, .xmm9, .xmm10)
      assembler.rorx32(.r8, .r9, by: 3)
      assembler.nop(13)
      assembler.jump(.e, to: &back)
      assembler.jump(to: &back)
      let jump = assembler.offset
      assembler.jump(to: 0)
      assembler.patchJump(at: jump, to: 100)
    }
    assembler.bind(&ahead)
  }
}
