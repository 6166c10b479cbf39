// Where every process starts, and the small programs.

@c(run_program)
func runProgram(_ number: UInt32, _ argument: UInt32) -> Never {
  switch Program(rawValue: number) {
  case .shell: shell()
  case .worker: work()
  case .spinner: while true { spin_once() }
  case .selfTest: testEverything()
  case .scribbler: scribble(argument)
  case .offender: offend(argument)
  case nil: exit(-1)
  }
}

/// Computes a little, so that the first turns are shared, and then rests for good.
private func work() -> Never {
  var sum: UInt32 = 0
  for number in 0..<20_000 as Range<UInt32> {
    sum &+= number &* number
    spin_once()
  }
  while true { _ = call(.sleep, sleepForever, sum) }
}
