// Calls with random arguments. Only those are left out that would rightly end the machine, stop the hart or print.

private struct Generator {
  var state: UInt32 = 0x2545_F491

  mutating func next() -> UInt32 {
    state ^= state << 13
    state ^= state >> 17
    state ^= state << 5
    return state
  }

  /// Numbers that lie on edges, now and then any number.
  mutating func argument() -> UInt32 {
    switch next() % 12 {
    case 0: 0
    case 1: 1
    case 2: .max
    case 3: 0x8000_0000
    case 4: 0x7FFF_FFFF
    case 5: next() % 16
    case 6: MemoryMap.ramBase &+ next() % 0x2_0000
    case 7: MemoryMap.payloadBase &+ next() % 0x10_0000
    case 8: 1 << (next() % 32)
    default: next()
    }
  }
}

func checkRandomCalls() {
  var random = Generator()
  let extensions: InlineArray<8, SBIExtension> = [
    .base, .timer, .interprocessorInterrupt, .remoteFence, .hartState, .legacySendInterrupt,
    .legacyRemoteFenceAddresses, .debugConsole,
  ]
  for _ in 0..<20_000 {
    let number = random.next() % 9
    let call = number < 8 ? extensions[Int(number)].rawValue : random.argument()
    let function = random.next() % 8
    let first = random.argument()
    guard isHarmless(call, function, first) else { continue }
    let result = sbi_call(
      call, function, first, random.argument(), random.argument(), random.argument(), random.argument())
    // A legacy call whose mask is out of reach traps and leaves a0 as it was.
    let known = call < 9 || (-8...0 ~= result.error)
    expect(known, "error number of a random call")
    clear_sip(1 << 1)
  }
  _ = sbi(.timer, 0, .max, .max)
  expect(sbi(.base, 0).value >= 0x0200_0000, "firmware after random calls")
}

private func isHarmless(_ call: UInt32, _ function: UInt32, _ first: UInt32) -> Bool {
  switch SBIExtension(rawValue: call) {
  case .hartState: function == 2 || function > 3 || (function == 0 && first > 7)
  case .debugConsole: function == 1 || function > 2
  case .systemReset, .legacyShutdown, .legacyPutCharacter: false
  default: true
  }
}
