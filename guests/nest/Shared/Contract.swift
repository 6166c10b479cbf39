// The contract between kernel and programs. Both are compiled with this file.
//
// A program puts the call's number into a7, up to three arguments into a0 to a2, and executes ECALL. The result comes
// back in a0: a `SystemError` if it is negative.

enum SystemCall: UInt32 {
  /// exit(code): does not return.
  case exit = 0
  /// write(address, count): prints bytes, returns how many.
  case write
  /// read(address, capacity): waits for input, returns how many bytes came.
  case read
  /// The caller's number.
  case processID
  /// Lets the others run first.
  case yield
  /// sleep(milliseconds); `sleepForever` has no end.
  case sleep
  /// Milliseconds since boot.
  case uptime
  /// spawn(program, argument): starts a process, returns its number.
  case spawn
  /// wait(process): waits until a child has ended, returns its exit code.
  case wait
  /// kill(process): ends a child; its exit code is `ExitCode.killed`.
  case kill
  /// describe(slot, address): writes a `ProcessDescription`, returns 0 if the slot is free, 1 if not.
  case describe
  /// Runs the checks that only the kernel can make, returns how many failed.
  case checkKernel
  /// finish(code): ends the machine with pass (0) or fail (any other).
  case finish
  /// Asks the firmware to turn the machine off.
  case powerOff
  /// Asks the firmware to start the machine again.
  case reboot
  /// Makes the kernel panic.
  case panic
}

let sleepForever = UInt32.max

enum SystemError {
  static var unknownCall: Int32 { -1 }
  static var badAddress: Int32 { -2 }
  static var noSuchProcess: Int32 { -3 }
  static var noRoom: Int32 { -4 }
}

enum ExitCode {
  static var killed: Int32 { 0x200 }
  /// The process did what it may not: the scause of its last trap is added.
  static var trapped: Int32 { 0x100 }
}

/// What a process can be started as. They are all in one image, and a0 says at its entry which one is meant.
enum Program: UInt32 {
  case shell
  case worker
  case spinner
  case selfTest
  /// The self-test's children.
  case scribbler
  case offender
}

struct ProcessDescription {
  var id: UInt32 = 0
  var parent: UInt32 = 0
  /// A `Program`.
  var program: UInt32 = 0
  /// A `ProcessState`.
  var state: UInt32 = 0
  /// How often the timer took the hart away from it.
  var preemptions: UInt32 = 0
}

enum ProcessState: UInt32 {
  case free
  case ready
  case sleeping
  case reading
  case waiting
  case ended
}

/// How many processes there can be.
let processSlots: UInt32 = 8

/// Where a program finds itself: its image from here on, its stack below `stackTop`.
enum UserMemory {
  static var imageBase: UInt32 { 0x4000_0000 }
  static var stackTop: UInt32 { 0x4010_0000 }
  static var stackSize: UInt32 { 0x4000 }
}
