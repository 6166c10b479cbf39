import DeviceTree
import Testing

@Suite struct BlobFuzzTests {
  /// Whatever is wrong with a blob, it is refused or read; and what was read can be written, read again and shown.
  @Test func damagedBlobsAreSafe() async {
    let blob = sampleDocument().flattened()
    await forEachSeed(4) { seed in
      var random = Random(state: seed)
      var accepted = 0
      for _ in 0..<5000 {
        guard let document = try? DeviceTreeDocument(flattened: random.damage(blob)) else { continue }
        accepted += 1
        guard (try? DeviceTreeDocument(flattened: document.flattened())) == document, !document.source.isEmpty else {
          Issue.record("seed \(seed): what was read does not survive being written")
          return
        }
      }
      #expect(accepted > 0)
    }
  }
}

/// A linear congruential generator, the same everywhere.
private struct Random {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }

  /// Changes a few bytes, often the low one of a word, often to a token or an extreme; sometimes cuts off the end.
  mutating func damage(_ blob: [UInt8]) -> [UInt8] {
    var bytes = blob
    for _ in 0...below(3) {
      let offset = below(2) == 0 ? below(bytes.count) : 4 * below(bytes.count / 4) + 3
      bytes[offset] = [0, 1, 2, 3, 4, 9, 0x7F, 0xFF, UInt8(below(256))][below(9)]
    }
    if below(8) == 0 { bytes.removeLast(below(bytes.count)) }
    return bytes
  }
}
