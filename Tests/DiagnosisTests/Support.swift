import Boards
import ConformanceKit
import Diagnosis
import Foundation
import GuestImage
import HartEngine
import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Testing

/// The folder of the built guests (`make guests`).
let builtGuests = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../guests/build")
  .standardized
/// The sources of the guests.
let guestSources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../guests").standardized

/// Keeps what a guest prints.
final class Recorder: ConsoleSink {
  var bytes: [UInt8] = []
  func write(_ byte: UInt8) { bytes.append(byte) }
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A machine under virtual time, with what the diagnosis needs to know of it.
final class Patient {
  let machine: VirtMachine
  let symbols: SymbolMap
  let console = Recorder()

  /// Boots a guest that `make guests` has built.
  init(
    _ guest: String, firmware: String? = nil, harts: Int = 1, isa: String? = nil, append: String? = nil
  ) throws {
    var configuration = MachineConfiguration()
    configuration.memorySize = 16 << 20
    configuration.harts = harts
    configuration.clock = .virtual(instructionsPerTick: 10)
    if let isa { configuration.isa = try ISAConfiguration(parsing: isa) }
    machine = try VirtMachine(configuration, console: console)
    var boot = BootDescription(kernel: builtGuests.appending(path: guest).path)
    boot.firmware = firmware
    boot.append = append
    let images = try BootImages(boot)
    let plan = try images.plan(for: machine)
    symbols = SymbolMap(images, under: plan)
    machine.start(plan, deviceTree: images.deviceTree(for: machine, under: plan.firmware, initrd: nil))
  }

  /// Boots a program of the test's own, at the start of RAM in M-mode.
  init(harts: Int = 1, isa: ISAConfiguration = .complete, program: (inout Assembler) -> Void) throws {
    var configuration = MachineConfiguration()
    configuration.memorySize = 1 << 20
    configuration.harts = harts
    configuration.isa = isa
    configuration.clock = .virtual(instructionsPerTick: 10)
    machine = try VirtMachine(configuration, console: console)
    symbols = SymbolMap()
    var assembler = Assembler(base: MemoryMap.ramBase)
    program(&assembler)
    let image = ImageFile(path: "test program", verbatim: assembler.finish())
    var request = BootRequest(
      ram: GuestRAM(base: MemoryMap.ramBase, size: 1 << 20),
      kernel: ImageAtAddress(image, address: MemoryMap.ramBase),
      builtinFirmware: BuiltinFirmware(bytes: [], memorySize: 0))
    request.firmware = .none
    machine.start(try BootPlanner.plan(request), deviceTree: [])
  }

  /// Runs for at most so many milliseconds of the guest's time, and types `input` on the way once it prints no more.
  @discardableResult
  func run(milliseconds: UInt64, typing input: String = "") -> SliceOutcome {
    var input = Array(input.utf8)[...]
    let end = milliseconds * ticksPerSecond / 1000
    while machine.now < end {
      switch machine.run(instructions: 100_000) {
      case .ended(let end): return .ended(end)
      case .ran where machine.now < end / 2: continue
      case .idle(let deadline) where input.isEmpty: return .idle(until: deadline)
      case .ran, .idle: break
      }
      let taken = machine.uart.receive(input)
      input = input.dropFirst(taken)
      if taken == 0, !input.isEmpty, machine.now >= end / 2 { continue }
    }
    return .ran
  }

  func examine() -> Diagnosis { Diagnosis.examine(machine, symbols: symbols) }
}
