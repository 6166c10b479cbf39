import DeviceTree
import GuestImage
import HartEngine
import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Translator

/// What a `virt` machine is made of.
public struct MachineConfiguration: Sendable {
  /// RAM in bytes; a multiple of 4096, at most 2 GiB.
  public var memorySize: Int = 128 << 20
  /// Number of harts, 1…8.
  public var harts = 1
  public var isa = ISAConfiguration.complete
  public var clock = ClockKind.host
  public var engine = EngineChoice.usual
  /// What the guest's random numbers begin with; nil for the host's under host time, `VirtMachine.defaultSeed` under
  /// virtual time.
  public var seed: UInt64?

  /// Where machine time comes from.
  public enum ClockKind: Sendable {
    case host
    /// Executed instructions, see `VirtualClock`.
    case virtual(ClockRate)

    /// A rate of so many instructions in a tick of 100 ns: in units of 10 MIPS.
    public static func virtual(instructionsPerTick count: UInt64) -> Self {
      .virtual(ClockRate(clamping: min(count, 1 << 32) * ticksPerSecond))
    }
  }

  public static let hartLimit = 8
  public static let memoryLimit = 2 << 30

  public init() {}
}

/// Why a machine has ended.
public enum MachineEnd: Equatable, Sendable {
  /// The guest reported success or powered the machine off.
  case passed
  /// The guest reported failure with this code.
  case failed(code: UInt16)
  /// No hart can ever execute anything useful again.
  case hung(reason: String)
}

/// Where a machine's RAM comes from.
public enum RAMSource {
  /// Memory of this process, zero at first.
  case own
  /// The same, from which the first snapshot is taken without a copy; what a guest reads costs memory too.
  case freezable
  /// A file, of at least its size and all zero, that others may have mapped too; see `GuestMemory`.
  case descriptor(Int32)
  /// What RAM of the same size held once.
  case image(MemoryImage)

  fileprivate func memory(size: Int, isInWindow: Bool) throws(MemoryError) -> GuestMemory {
    switch self {
    case .own: try GuestMemory(base: MemoryMap.ramBase, size: size, isInWindow: isInWindow)
    case .freezable: try GuestMemory(freezable: size, base: MemoryMap.ramBase, isInWindow: isInWindow)
    case .descriptor(let descriptor):
      try GuestMemory(base: MemoryMap.ramBase, size: size, isInWindow: isInWindow, descriptor: descriptor)
    case .image(let image): try GuestMemory(image, base: MemoryMap.ramBase, isInWindow: isInWindow)
    }
  }
}

/// QEMU's riscv32 `virt` board: harts, memory and devices, run by one thread at a time.
public final class VirtMachine {
  public let configuration: MachineConfiguration
  public let bus = SystemBus()
  public let ram: GuestMemory
  public let bootROM: GuestMemory
  public private(set) var harts: [Hart] = []
  public let uart: UART
  public let codeCache: SharedCodeCache
  /// Makes host code of guest code; nil where everything is interpreted.
  public private(set) var translator: Translator?
  let pins: [HartPins]
  let deadlines = DeadlineQueue()
  let clock: any MachineClock
  let virtualClock: VirtualClock?
  package let clint: CLINT
  package let plic: PLIC
  let entries: [VirtDeviceTree.Entry]
  var boot: LoadedBoot?
  /// The piece of `boot` that is to be loaded next, and how much of it has been.
  var loadPosition = 0
  var loadOffset = 0

  /// Physical address of the kernel's `tohost` word, through which programs written for Spike report how they ended (the
  /// host-target interface): 1 for success, an odd code·2+1 for failure. Nil when the kernel has none.
  public var hostInterface: UInt32?
  /// A hash of what the guest does where it can be seen from outside; nil under host time, where it tells nothing.
  public let traceHash: TraceHash?
  /// Set once the guest has ended the machine; cleared by `reset`.
  public internal(set) var end: MachineEnd?
  var resetRequested = false
  /// How often the machine was reset since it was made, by the guest or by `requestReset`.
  public internal(set) var resets = 0
  /// Told of each instruction that retires, as a line of a commit trace (docs/TRACE.md) without its line feed. While it
  /// is set, harts run one instruction at a time.
  public var onCommit: (([UInt8]) -> Void)?
  var tracer = CommitTracer()
  var runningHart: Hart?
  /// The hart whose turn is next.
  var nextHart = 0
  /// Instructions left of the turn of the hart before that; 0 when it is over.
  var turnLeft: UInt64 = 0
  /// For each hart, the machine time before which it does nothing; see `stall`.
  var stalledUntil: [Ticks]
  lazy var stallDeadline = deadlines.register { [unowned self] _ in scheduleEndOfStall() }
  var pace = Pace()

  /// - Parameters:
  ///   - console: where the UART's output goes.
  ///   - ram: where the RAM comes from.
  public init(
    _ configuration: MachineConfiguration, console: any ConsoleSink, ram source: RAMSource = .own
  ) throws(MemoryError) {
    self.configuration = configuration
    ram = try source.memory(
      size: configuration.memorySize, isInWindow: configuration.engine != .interpreter)
    bootROM = try GuestMemory(
      base: MemoryMap.bootROM.base, size: Int(MemoryMap.bootROM.size), isWritable: false)
    switch configuration.clock {
    case .host:
      clock = HostClock()
      virtualClock = nil
      traceHash = nil
    case .virtual(let rate):
      let virtual = VirtualClock(rate: rate)
      clock = virtual
      virtualClock = virtual
      traceHash = TraceHash()
    }
    pins = (0..<configuration.harts).map { _ in HartPins() }
    stalledUntil = pins.map { _ in 0 }
    clint = CLINT(harts: pins, clock: clock, deadlines: deadlines)
    plic = PLIC(harts: pins)
    uart = UART(sink: console, line: plic.line(for: MemoryMap.uartInterrupt), clock: clock, deadlines: deadlines)
    let rtc = GoldfishRTC(line: plic.line(for: MemoryMap.rtcInterrupt), clock: clock, deadlines: deadlines)
    let test = TestDevice()
    entries = Self.devices(clint: clint, plic: plic, uart: uart, rtc: rtc, test: test)
    bus.attach(ram)
    bus.attach(bootROM)
    for entry in entries { bus.attach(entry.device, at: entry.base) }
    codeCache = try SharedCodeCache(bus: bus)
    for (id, pins) in pins.enumerated() {
      harts.append(
        try Hart(
          id: UInt32(id), isa: configuration.isa, bus: bus, codeCache: codeCache, pins: pins, time: clock,
          deadlines: deadlines))
    }
    translate(memory: ram)
    connect(test)
    uart.traceHash = traceHash
    for hart in harts { hart.traceHash = traceHash }
    reset()
  }

  private static func devices(
    clint: CLINT, plic: PLIC, uart: UART, rtc: GoldfishRTC, test: TestDevice
  ) -> [VirtDeviceTree.Entry] {
    var entries: [VirtDeviceTree.Entry] = [
      .init(node: "test", base: MemoryMap.testDevice.base, device: test),
      .init(node: "rtc", base: MemoryMap.rtc.base, device: rtc, wiring: .source(MemoryMap.rtcInterrupt)),
      .init(
        node: "clint", base: MemoryMap.clint.base, device: clint, wiring: .harts([.machineSoftware, .machineTimer])),
      .init(
        node: "plic", base: MemoryMap.plic.base, device: plic,
        wiring: .harts([.machineExternal, .supervisorExternal])),
      .init(node: "serial", base: MemoryMap.uart.base, device: uart, wiring: .source(MemoryMap.uartInterrupt)),
    ]
    for slot in 0..<MemoryMap.virtioSlots {
      entries.append(
        .init(
          node: "virtio_mmio", base: MemoryMap.virtio.base + slot * MemoryMap.virtio.size,
          device: EmptyVirtioSlot(name: "virtio\(slot)"), wiring: .source(MemoryMap.firstVirtioInterrupt + slot)))
    }
    return entries
  }

  /// Has guest code made into host code, where that is wanted and the host is one that it is possible on.
  private func translate(memory: GuestMemory) {
    guard configuration.engine != .interpreter,
      let translator = try? Translator(
        code: codeCache, ram: memory, isa: configuration.isa, isEager: configuration.engine == .translator)
    else { return }
    for hart in harts { translator.attach(hart) }
    self.translator = translator
  }

  private func connect(_ test: TestDevice) {
    test.onFinish = { [unowned self] outcome in
      switch outcome {
      case .pass: conclude(.passed)
      case .fail(let code): conclude(.failed(code: code))
      case .reset: resetRequested = true
      }
      runningHart?.requestExit()
    }
    clint.onTimeOffsetChange = { [unowned self] offset in for hart in harts { hart.timeOffset = offset } }
    deadlines.onEarlier = { [unowned self] in runningHart?.requestExit() }
    for (pins, hart) in zip(pins, harts) {
      let wake = pins.onChange
      pins.onChange = { [unowned self, unowned hart] in
        wake?()
        if runningHart !== hart, hart.isWaiting { runningHart?.requestExit() }
      }
      hart.sharesThread = harts.count > 1
    }
  }

  /// Puts the whole machine into its state after power-on and loads the images again, as QEMU's `system_reset` does.
  public func reset() {
    beginReset()
    finishLoading()
  }

  /// As pressing the reset button: the machine starts over when it is run next, in steps as short as any.
  public func requestReset() {
    end = nil
    resetRequested = true
  }

  /// Takes note of how the machine has ended.
  func conclude(_ end: MachineEnd) {
    self.end = end
    let verdict: UInt64 =
      switch end {
      case .passed: 0
      case .failed(let code): 1 << 16 | UInt64(code)
      case .hung: 2 << 16
      }
    traceHash?.end(verdict, at: clock.now)
  }

  /// A reset but for the images, which take long to load.
  func beginReset() {
    resetRequested = false
    end = nil
    nextHart = 0
    turnLeft = 0
    for index in stalledUntil.indices { stalledUntil[index] = 0 }
    scheduleEndOfStall()
    traceHash?.reset(at: clock.now)
    for entry in entries { entry.device.reset() }
    beginLoading()
    codeCache.flush()
    for hart in harts { hart.reset(pc: MemoryMap.bootROM.base) }
  }

  /// The device tree of the machine, before what a boot adds to it.
  public var deviceTree: VirtDeviceTree {
    VirtDeviceTree(
      memorySize: UInt32(truncatingIfNeeded: ram.size), harts: UInt32(truncatingIfNeeded: harts.count),
      isa: configuration.isa.name, isaExtensions: configuration.isa.extensionNames, devices: entries)
  }
}
