import Boards
import Fleet
import Monitor
import Testing

@Suite struct FleetTests {
  @Test func readsAWholeFile() throws {
    let fleet = try fleet(
      """
      name: farm
      workers: 2
      memory-limit: 4G
      x-notes: [anything, at: all]
      defaults: {memory: 16M, restart: on-failure:5}
      guests:
        linux:
          image: build/Image
          initrd: ./initramfs.cpio.gz
          append: console=ttyS0 quiet
          memory: 256M
          harts: 2
          isa: rv32imac_zicsr
          weight: 200
          cap: 50%
          latency: realtime
          pin: 1
          restart: always
          isolation: process
          console: {log: logs/, log-size: 1M, log-files: 5, history: 8K, rate: 64K, burst: 128K}
          stop: {send: "poweroff\\n", grace: 5s}
          depends-on:
            nest: {line: ready}
        nest:
          image: /guests/nest.bin@0x80000000
          firmware: none
          load: [user.elf, data.bin@0x81000000]
          dtb: nest.dtb
      """)
    #expect(fleet.name == "farm")
    #expect(fleet.path == "/fleets/demo/fleet.yaml")
    #expect(fleet.workers == 2)
    #expect(fleet.memoryLimit == 4 << 30)

    var linux = GuestDescription(name: "linux", boot: BootDescription(kernel: "/fleets/demo/build/Image"))
    linux.boot.initrd = "/fleets/demo/initramfs.cpio.gz"
    linux.boot.append = "console=ttyS0 quiet"
    linux.machine.memory = 256 << 20
    linux.machine.harts = 2
    linux.machine.isa = "rv32imac_zicsr"
    linux.share.weight = 200
    linux.share.cap = .percent(50)
    linux.share.latency = .realtime
    linux.share.pin = 1
    linux.restart = .always
    linux.isolation = .process
    linux.console.log = "/fleets/demo/logs/linux.log"
    linux.console.logSize = 1 << 20
    linux.console.logFiles = 5
    linux.console.history = 8 << 10
    linux.console.rate = 64 << 10
    linux.console.burst = 128 << 10
    linux.stop = StopPolicy(send: "poweroff\n", grace: 5000)
    linux.dependencies = [Dependency(guest: "nest", line: "ready")]
    var nest = GuestDescription(name: "nest", boot: BootDescription(kernel: "/guests/nest.bin@0x80000000"))
    nest.boot.firmware = "none"
    nest.boot.load = ["/fleets/demo/user.elf", "/fleets/demo/data.bin@0x81000000"]
    nest.boot.deviceTree = "/fleets/demo/nest.dtb"
    nest.machine.memory = 16 << 20
    nest.restart = .onFailure(limit: 5)
    #expect(fleet.guests == [linux, nest])
  }

  @Test func aGuestNeedsAnImageOnly() throws {
    let fleet = try fleet("guests: {a: {image: a.elf}}")
    #expect(fleet.guests == [GuestDescription(name: "a", boot: BootDescription(kernel: "/fleets/demo/a.elf"))])
    #expect(fleet.workers == nil)
    #expect(fleet.memoryLimit == nil)
  }

  @Test func isNamedAsItsFolder() throws {
    #expect(try fleet("guests: {a: {image: a.elf}}").name == "demo")
  }

  @Test(arguments: [("/my fleet!/f.yaml", "my-fleet-"), ("/.hidden/f", "hidden"), ("/--/f", "fleet"), ("/f", "fleet")])
  func makesANameOfItsFolder(path: String, name: String) throws {
    #expect(try Fleet(yaml: "guests: {a: {image: a}}".utf8, path: path).name == name)
  }

  @Test func reportsAllErrorsInTheOrderOfTheFile() throws {
    let found = try errors(
      """
      wrokers: 2
      guests:
        a:
          image: a.elf
          wieght: 5
          harts: many
        b b: {image: b.elf}
        c:
          memory: 1K
      workers: 0
      """)
    #expect(
      found == [
        "1:1: unknown key 'wrokers' in a fleet; did you mean 'workers'?",
        "5:5: unknown key 'wieght' in a guest; did you mean 'weight'?",
        "6:12: harts: found 'many'; expected a whole number from 1 to 8",
        "7:3: found 'b b'; expected a name of letters, digits, '.', '_' and '-', at most 63, a letter or digit first",
        "8:3: guest 'c' needs the key 'image'",
        "9:13: memory: found '1K'; expected a size from 64K to 2G in pages of 4K, such as 64M",
        "10:10: workers: found '0'; expected a whole number from 1 to 256",
      ])
  }
}
