// From the firmware's hands to the first process.

@c(kernel_main)
func kernelMain(_ hart: UInt32, _ deviceTree: UInt32) -> Never {
  let testsItself = BootArguments(deviceTree: deviceTree)?.contains("selftest") ?? false
  Clock.start()
  Console.start(hart: hart)
  AddressSpace.start()

  // Two address spaces from the start: one process that talks to the user, one that works and then rests.
  guard Process.start(testsItself ? .selfTest : .shell, argument: 0, parent: 0) != nil,
    Process.start(.worker, argument: 0, parent: 0) != nil
  else { panic("no room for the first processes") }
  put("nest: 2 processes, Sv32 on\n")
  Scheduler.begin()
}
