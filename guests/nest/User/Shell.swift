// A shell: a line of input, a command, once more.

func shell() -> Never {
  put("nest: type help\n")
  while true {
    put("nest> ")
    run(nextLine())
  }
}

struct Line {
  private var bytes = InlineArray<80, UInt8>(repeating: 0)
  private(set) var count = 0

  mutating func append(_ byte: UInt8) -> Bool {
    guard count < 80 else { return false }
    bytes[count] = byte
    count += 1
    return true
  }

  mutating func removeLast() -> Bool {
    guard count > 0 else { return false }
    count -= 1
    return true
  }

  /// Whether the line is `command`, alone or with arguments after a blank.
  func calls(_ command: StaticString) -> Bool {
    let length = command.utf8CodeUnitCount
    guard count >= length, count == length || bytes[length] == 0x20 else { return false }
    for index in 0..<length where bytes[index] != command.utf8Start[index] { return false }
    return true
  }

  /// What stands after the first blank.
  func printArguments() {
    var index = firstArgument
    while index < count {
      put(byte: bytes[index])
      index += 1
    }
    put("\n")
  }

  /// The decimal number after the first blank.
  var number: UInt32? {
    guard firstArgument < count else { return nil }
    var value: UInt32 = 0
    for index in firstArgument..<count {
      guard bytes[index] >= 0x30, bytes[index] <= 0x39 else { return nil }
      value = value &* 10 &+ UInt32(bytes[index] - 0x30)
    }
    return value
  }

  private var firstArgument: Int {
    var index = 0
    while index < count && bytes[index] != 0x20 { index += 1 }
    return index + 1
  }
}

/// Reads up to a return, with echo; backspace takes a character back.
private func nextLine() -> Line {
  var line = Line()
  while true {
    var byte: UInt8 = 0
    guard withUnsafeMutablePointer(to: &byte, { call(.read, UInt32(UInt(bitPattern: $0)), 1) }) == 1 else { continue }
    switch byte {
    case 0x0D, 0x0A:
      put("\n")
      return line
    case 0x08, 0x7F:
      if line.removeLast() { put("\u{8} \u{8}") }
    case 0x20...0x7E:
      if line.append(byte) { put(byte: byte) }
    default: break
    }
  }
}

private func run(_ line: Line) {
  if line.count == 0 {
    return
  } else if line.calls("help") {
    put("help  ps  echo TEXT  uptime  spin  kill N  selftest  poweroff  reboot  fail N  panic\n")
  } else if line.calls("ps") {
    listProcesses()
  } else if line.calls("echo") {
    line.printArguments()
  } else if line.calls("uptime") {
    put(UInt32(bitPattern: call(.uptime)))
    put(" ms\n")
  } else if line.calls("spin") {
    put("process ")
    put(spawn(.spinner))
    put(" spins\n")
  } else if line.calls("kill") {
    kill(line.number ?? 0)
  } else if line.calls("selftest") {
    _ = wait(spawn(.selfTest))
  } else if line.calls("poweroff") {
    call(.powerOff)
  } else if line.calls("reboot") {
    call(.reboot)
  } else if line.calls("fail") {
    call(.finish, max(line.number ?? 1, 1))
  } else if line.calls("panic") {
    call(.panic)
  } else {
    put("no such command; try help\n")
  }
}

private func kill(_ process: UInt32) {
  if call(.kill, process) == 0 {
    _ = wait(process)
  } else {
    put("no such child\n")
  }
}

private func listProcesses() {
  put("  PID PARENT      LOST  STATE     PROGRAM\n")
  for slot in 0..<processSlots {
    var process = ProcessDescription()
    guard withUnsafeMutablePointer(to: &process, { call(.describe, slot, UInt32(UInt(bitPattern: $0))) }) == 1 else {
      continue
    }
    put(process.id, width: 5)
    put(process.parent, width: 7)
    put(process.preemptions, width: 10)
    put("  ")
    put(name(ProcessState(rawValue: process.state)))
    put(name(Program(rawValue: process.program)))
    put("\n")
  }
}

private func name(_ state: ProcessState?) -> StaticString {
  switch state {
  case .ready: "ready     "
  case .sleeping: "sleeping  "
  case .reading: "reading   "
  case .waiting: "waiting   "
  case .ended: "ended     "
  case .free, nil: "?         "
  }
}

private func name(_ program: Program?) -> StaticString {
  switch program {
  case .shell: "shell"
  case .worker: "worker"
  case .spinner: "spinner"
  case .selfTest: "selftest"
  case .scribbler: "scribbler"
  case .offender: "offender"
  case nil: "?"
  }
}
