import Boards
import DeviceTree
import GuestImage
import SystemBus
import Testing

@Suite struct DeviceEntropyTests {
  /// The numbers that follow from 1234567, as other implementations of SplitMix64 have them.
  @Test func theSequenceIsThatOfSplitMix64() {
    var entropy = DeviceEntropy(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
    ]
    #expect(expected.indices.map { _ in entropy.next() } == expected)
  }

  /// The flattened tree of a machine.
  private func tree(
    clock: MachineConfiguration.ClockKind = .virtual(.standard), seed: UInt64? = nil, own: [UInt8]? = nil
  ) throws -> [UInt8] {
    var configuration = MachineConfiguration()
    configuration.memorySize = 16 << 20
    configuration.clock = clock
    configuration.seed = seed
    let machine = try VirtMachine(configuration, console: Recorder())
    var boot = BootDescription(kernel: "kernel@0x80000000")
    boot.deviceTree = own.map { _ in "tree" }
    let images = try BootImages(
      boot, reader: FileReader { path, _ throws(ImageError) in path == "tree" ? own ?? [] : [0x6F, 0, 0, 0] })
    let plan = try images.plan(for: machine)
    return images.deviceTree(for: machine, under: plan.firmware, initrd: plan.initrdRange)
  }

  private func seed(in tree: [UInt8]) throws -> [UInt8]? {
    try DeviceTreeDocument(flattened: tree).root.node(at: "/chosen")?["rng-seed"]
  }

  @Test func theSeedDecidesWhatTheGuestFinds() throws {
    let (one, same, other) = (try tree(seed: 1), try tree(seed: 1), try tree(seed: 2))
    #expect(one == same && one != other && one.count == other.count)
    #expect(try seed(in: one)?.count == 32)
    #expect(try tree(clock: .host, seed: 1) == one)
  }

  @Test func virtualTimeHasASeedOfItsOwn() throws {
    let plain = try tree()
    #expect(try plain == tree())
    #expect(try plain == tree(seed: VirtMachine.defaultSeed))
  }

  @Test func underHostTimeNoTwoAreAlike() throws {
    let (one, other) = (try tree(clock: .host), try tree(clock: .host))
    #expect(try seed(in: one) != seed(in: other))
    #expect(one.count == other.count)
  }

  @Test func aTreeOfTheUsersOwnIsLeftAsItIsUnlessASeedIsGiven() throws {
    let own = DeviceTreeDocument(root: DeviceNode()).flattened()
    #expect(try seed(in: tree(own: own)) == nil)
    #expect(try seed(in: tree(clock: .host, own: own)) == nil)
    #expect(try seed(in: tree(seed: 1, own: own)) == seed(in: tree(seed: 1)))
  }
}
