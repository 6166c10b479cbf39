// victim: fixed work that notices when anything but itself has touched its memory, time, timer or input.
//
// Its output is the same, byte for byte, in every run: no times, no counts that depend on them. Damage ends it with a
// line that says what was found, and a code.

private enum Damage: UInt32 {
  case memory = 1
  case time, early, lost, trap, input
}

/// 4 MiB of RAM, and behind them a word that tells a reset, which keeps RAM, from the first start.
private let areaOffset: UInt32 = 0x10_0000
private let areaCount = 0x10_0000
nonisolated(unsafe) private let area = ram(areaOffset, count: areaCount)
nonisolated(unsafe) private let mark = ram(areaOffset &+ UInt32(truncatingIfNeeded: areaCount &* 4), count: 1)
private let marked: UInt32 = 0x7669_6374

/// Words between two looks at everything but memory.
private let stretch = 4096
private let period = Clock.ticksPerMillisecond

nonisolated(unsafe) private var lastTime: UInt64 = 0
nonisolated(unsafe) private var deadline: UInt64 = 0
nonisolated(unsafe) private var interrupts: UInt32 = 0

@c(guest_main)
func victim() {
  Console.print("victim: watching\n")
  lastTime = Clock.now
  deadline = lastTime &+ period
  Clock.setTimer(deadline)
  enable_timer_interrupt()
  open_interrupts()

  if mark[0] != marked { verify { _ in 0 } }
  mark[0] = marked
  var checksum: UInt32 = 0x811C_9DC5
  for round in 1...work() {
    let key = checksum ^ round
    fill(key)
    checksum = check(key, chained: checksum)
    Console.print("victim: round ")
    Console.print(round)
    Console.print(" checksum ")
    Console.print(hexadecimal: checksum)
    Console.print("\n")
  }
  wakeOnce()
  close_interrupts()
  Console.print("victim: intact\n")
}

// MARK: - Memory

/// Marsaglia's xorshift: each word of the pattern follows from the one before.
@inline(__always)
private func next(_ state: UInt32) -> UInt32 {
  var state = state
  state ^= state &<< 13
  state ^= state &>> 17
  return state ^ state &<< 5
}

private func fill(_ key: UInt32) {
  var state = key | 1
  for index in 0..<areaCount {
    state = next(state)
    area[index] = state ^ key
    if index % stretch == 0 { lookAround() }
  }
  forget_memory()
}

/// Compares the area with the pattern of `key`, and adds all it read to the checksum.
private func check(_ key: UInt32, chained checksum: UInt32) -> UInt32 {
  var state = key | 1
  var sum = checksum
  verify { found in
    state = next(state)
    sum = (sum &<< 5 | sum &>> 27) &+ found
    return state ^ key
  }
  return sum
}

/// Asks for what each word should be; it is told what it is.
@inline(__always)
private func verify(_ expected: (UInt32) -> UInt32) {
  for index in 0..<areaCount {
    let found = area[index]
    let wanted = expected(found)
    if found != wanted { report(damagedAt: index, found: found, wanted: wanted) }
    if index % stretch == 0 { lookAround() }
  }
}

@inline(never)
private func report(damagedAt index: Int, found: UInt32, wanted: UInt32) -> Never {
  Console.print("victim: memory damaged at ")
  Console.print(hexadecimal: MemoryMap.ramBase &+ areaOffset &+ UInt32(truncatingIfNeeded: index &* 4))
  Console.print(": ")
  Console.print(hexadecimal: found)
  Console.print(" instead of ")
  Console.print(hexadecimal: wanted)
  end(.memory)
}

// MARK: - Time and input

@inline(never)
private func lookAround() {
  close_interrupts()
  let (due, seen) = (deadline, interrupts)
  open_interrupts()
  let time = Clock.now
  if time < lastTime {
    Console.print("victim: time went backwards")
    end(.time)
  }
  lastTime = time
  if time >= due { awaitInterrupt(after: seen) }
  if Console.hasInput {
    Console.print("victim: input that nobody sent: ")
    Console.print(hexadecimal: UInt32(Console.read()))
    end(.input)
  }
}

/// The deadline has passed and interrupts are open: the interrupt must be here after a few instructions, however long
/// they take. It is lost if a second and a million turns of this loop have not brought it.
private func awaitInterrupt(after seen: UInt32) {
  let patience = Clock.now &+ 1000 &* period
  var turns: UInt32 = 0
  while turns < 1_000_000 || Clock.now < patience {
    forget_memory()
    if interrupts != seen { return }
    turns &+= 1
  }
  Console.print("victim: timer interrupt lost")
  end(.lost)
}

/// Sleeps until the next timer interrupt.
private func wakeOnce() {
  let seen = interrupts
  repeat {
    close_interrupts()
    if interrupts == seen { wait_for_interrupt() }
    open_interrupts()
    lookAround()
  } while interrupts == seen
}

@c(trap_taken)
func trapTaken() {
  let cause = read_mcause()
  if cause != 0x8000_0007 {
    Console.print("victim: unexpected trap, mcause ")
    Console.print(hexadecimal: cause)
    end(.trap)
  }
  let time = Clock.now
  if time < deadline {
    Console.print("victim: timer interrupt came early")
    end(.early)
  }
  interrupts &+= 1
  deadline = time &+ period
  Clock.setTimer(deadline)
}

private func end(_ damage: Damage) -> Never {
  Console.print("\n")
  fail(damage.rawValue)
}
