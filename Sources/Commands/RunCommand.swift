import ArgumentParser
import Boards
import DeviceTree
import GuestImage
import Glibc
import ISA
import Peripherals

final class Out: ConsoleSink { func write(_ b: UInt8) { var b = b; Glibc.write(1, &b, 1) } }

struct Run: ParsableCommand {
  @Argument var kernel: String
  @Option var memory = 256
  @Option var harts = 1
  @Option var initrd: String?
  @Option var append = ""
  @Option var firmware: String?
  @Option var isa: String?
  @Option var limit: UInt64 = 20_000_000_000
  @Option var virtual: UInt64 = 0
  func run() throws {
    var c = MachineConfiguration()
    c.memorySize = memory << 20
    c.harts = harts
    if let isa { c.isa = try ISAConfiguration(parsing: isa) }
    if virtual > 0 { c.clock = .virtual(instructionsPerTick: virtual) }
    let m = try VirtMachine(c, console: Out())
    let arg = try ImageArgument(kernel)
    var req = BootRequest(ram: GuestRAM(base: 0x8000_0000, size: UInt64(m.ram.size)), kernel: ImageAtAddress(try ImageFile.load(path: arg.path), address: arg.address), builtinFirmware: BuiltinFirmware(bytes: [], memorySize: 0))
    if let firmware { req.firmware = .file(try ImageFile.load(path: firmware)) }
    if let initrd { req.initrd = try ImageFile.loadVerbatim(path: initrd) }
    req.deviceTreeSize = 16384
    let plan = try BootPlanner.plan(req)
    var t = m.deviceTree
    t.bootArguments = append
    if let r = plan.initrdRange { t.initrd = UInt32(r.lowerBound)..<UInt32(r.upperBound) }
    m.start(plan, deviceTree: t.document().flattened())
    var done: UInt64 = 0
    let t0 = clock()
    while done < limit {
      let o = m.run(instructions: 500_000)
      done += 500_000
      if case .ended(let e) = o { print("ended \(e)"); break }
      if m.uart.receiveSpace > 0 {
        var p = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        var idle = false; if case .idle = o { idle = true }
        if poll(&p, 1, idle ? 1 : 0) > 0 {
          var buf = [UInt8](repeating: 0, count: m.uart.receiveSpace)
          let n = read(0, &buf, buf.count)
          if n > 0 { _ = m.uart.receive(buf[..<n]) }
        }
      }
    }
    let s = Double(clock() - t0) / 1e6
    let n = m.harts.reduce(0) { $0 + $1.retired }
    print("instr \(n) sec \(s) MIPS \(Double(n) / s / 1e6) blocks \(m.codeCache.blocksBuilt) pc \(String(m.harts[0].pc, radix: 16)) \(m.harts[0].statistics)\n")
  }
}
