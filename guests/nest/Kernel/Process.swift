// A process: registers, an address space, and what it is waiting for.

/// The registers of a process that does not run; trap.S has the same layout.
struct TrapFrame {
  /// x0 to x31; x[0] is not used.
  var x: InlineArray<32, UInt32>
  var sepc: UInt32
}

struct Process {
  var frame: TrapFrame  // first, so that a pointer to it is one to the process
  var id: UInt32
  var parent: UInt32
  var program: Program
  var state: ProcessState
  var space: AddressSpace
  /// When a sleeping process wants to run again, in ticks of the clock.
  var wakeTime: UInt64
  var exitCode: Int32
  var preemptions: UInt32
}

typealias ProcessPointer = UnsafeMutablePointer<Process>

extension Process {
  nonisolated(unsafe) private static var lastID: UInt32 = 0

  /// The process in a slot below `processSlots`; a free one may hold nothing sensible but its state.
  static func slot(_ index: UInt32) -> ProcessPointer {
    // SAFETY: start.S reserves 256 bytes for each, zeros at boot, which is a free slot.
    (process_table_base() + Int(index) * 256).assumingMemoryBound(to: Process.self)
  }

  static func find(_ id: UInt32) -> ProcessPointer? {
    for index in 0..<processSlots where slot(index).pointee.state != .free && slot(index).pointee.id == id {
      return slot(index)
    }
    return nil
  }

  /// Starts a program; nil if there is no slot or no memory. a0 tells it which program it is, a1 is its argument.
  static func start(_ program: Program, argument: UInt32, parent: UInt32) -> ProcessPointer? {
    for index in 0..<processSlots where slot(index).pointee.state == .free {
      guard let space = AddressSpace(identifier: index + 1) else { return nil }
      lastID &+= 1
      var frame = TrapFrame(x: InlineArray(repeating: 0), sepc: programEntry)
      frame.x[2] = UserMemory.stackTop
      frame.x[10] = program.rawValue
      frame.x[11] = argument
      slot(index).initialize(
        to: Process(
          frame: frame, id: lastID, parent: parent, program: program, state: .ready, space: space, wakeTime: 0,
          exitCode: 0, preemptions: 0))
      return slot(index)
    }
    return nil
  }

  /// Ends a process: its memory goes at once, the rest of it when its parent has asked for the exit code.
  static func end(_ process: ProcessPointer, code: Int32) {
    guard process.pointee.id != 1 else { panic("the first process has ended") }
    process.pointee.state = .ended
    process.pointee.exitCode = code
    process.pointee.space.free()
    for index in 0..<processSlots where slot(index) != process {
      let other = slot(index)
      if other.pointee.state == .waiting && other.pointee.id == process.pointee.parent { other.pointee.state = .ready }
      if other.pointee.parent == process.pointee.id {  // children without a parent: nobody will ask for them
        other.pointee.parent = 0
        if other.pointee.state == .ended { other.pointee.state = .free }
      }
    }
    if process.pointee.parent == 0 { process.pointee.state = .free }
  }
}
