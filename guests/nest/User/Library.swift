// System calls and printing, as the programs use them.

@discardableResult
func call(_ number: SystemCall, _ argument0: UInt32 = 0, _ argument1: UInt32 = 0) -> Int32 {
  system_call(number.rawValue, argument0, argument1)
}

func exit(_ code: Int32) -> Never {
  while true { call(.exit, UInt32(bitPattern: code)) }
}

func finish(_ code: UInt32) -> Never {
  while true { call(.finish, code) }
}

func spawn(_ program: Program, _ argument: UInt32 = 0) -> UInt32 {
  UInt32(bitPattern: call(.spawn, program.rawValue, argument))
}

func wait(_ process: UInt32) -> Int32 { call(.wait, process) }

func put(_ text: StaticString) {
  call(.write, UInt32(UInt(bitPattern: text.utf8Start)), UInt32(text.utf8CodeUnitCount))
}

/// A number, right-aligned in up to ten columns.
func put(_ number: UInt32, width: Int = 0) {
  var digits = InlineArray<10, UInt8>(repeating: 0x20)
  var rest = number
  var index = 10
  repeat {
    index -= 1
    digits[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
    rest /= 10
  } while rest != 0
  let start = min(index, 10 - min(width, 10))
  for position in start..<10 { put(byte: digits[position]) }
}

func put(byte: UInt8) {
  withUnsafePointer(to: byte) { _ = call(.write, UInt32(UInt(bitPattern: $0)), 1) }
}
