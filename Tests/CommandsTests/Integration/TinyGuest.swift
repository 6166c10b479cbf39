/// Guests of a few instructions, for the start of RAM.
struct TinyGuest {
  private(set) var words: [UInt32] = []

  var bytes: [UInt8] { words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } } }

  // MARK: Instructions

  private static func immediate(_ value: Int32) -> UInt32 { UInt32(bitPattern: value) << 20 }

  mutating func lui(_ rd: UInt32, _ value: UInt32) { words.append((value & 0xFFFF_F000) | rd << 7 | 0x37) }
  mutating func addi(_ rd: UInt32, _ rs: UInt32, _ value: Int32) {
    words.append(Self.immediate(value) | rs << 15 | rd << 7 | 0x13)
  }
  mutating func andi(_ rd: UInt32, _ rs: UInt32, _ value: Int32) {
    words.append(Self.immediate(value) | rs << 15 | 7 << 12 | rd << 7 | 0x13)
  }
  mutating func lbu(_ rd: UInt32, _ offset: Int32, _ rs: UInt32) {
    words.append(Self.immediate(offset) | rs << 15 | 4 << 12 | rd << 7 | 0x03)
  }
  mutating func sb(_ value: UInt32, _ base: UInt32) { words.append(value << 20 | base << 15 | 0x23) }
  mutating func sw(_ value: UInt32, _ base: UInt32) { words.append(value << 20 | base << 15 | 2 << 12 | 0x23) }
  /// Branches if not equal, or if equal, over a distance in bytes.
  mutating func branch(equal: Bool, _ a: UInt32, _ b: UInt32, _ distance: Int32) {
    let d = UInt32(bitPattern: distance)
    let bits = (d >> 12 & 1) << 31 | (d >> 5 & 0x3F) << 25 | (d >> 1 & 0xF) << 8 | (d >> 11 & 1) << 7
    words.append(bits | b << 20 | a << 15 | (equal ? 0 : 1) << 12 | 0x63)
  }

  /// Instructions as they are.
  mutating func words(_ more: UInt32...) { words += more }

  mutating func load(_ rd: UInt32, _ value: UInt32) {
    let low = Int32(bitPattern: value << 20) >> 20
    lui(rd, value &- UInt32(bitPattern: low))
    addi(rd, rd, low)
  }

  // MARK: Pieces

  /// Writes a value to the test device.
  mutating func finish(_ value: UInt32) {
    load(5, 0x10_0000)
    load(6, value)
    sw(6, 5)
    loop()
  }

  mutating func loop() { words.append(0x0000_006F) }
  mutating func waitForInterrupt() { words.append(0x1050_0073) }

  mutating func say(_ text: String) {
    load(7, 0x1000_0000)
    for byte in text.utf8 {
      addi(28, 0, Int32(byte))
      sb(28, 7)
    }
  }

  // MARK: Guests

  static func build(_ body: (inout TinyGuest) -> Void) -> [UInt8] {
    var guest = TinyGuest()
    body(&guest)
    return guest.bytes
  }

  static let pass = build { $0.finish(0x5555) }
  static let hello = build {
    $0.say("hello\n")
    $0.finish(0x5555)
  }
  static func fail(_ code: UInt32) -> [UInt8] { build { $0.finish(code << 16 | 0x3333) } }
  static let selfLoop = build { $0.loop() }
  /// Arms the timer for 2⁵⁹ ticks after power-on, and waits: virtual time goes there at once.
  static let farDeadline: [UInt8] = [
    0x0200_42B7,  // lui t0, 0x2004
    0x0800_0337,  // lui t1, 0x8000
    0x0062_A223,  // sw t1, 4(t0)
    0x0002_A023,  // sw zero, 0(t0)
    0x0800_0393,  // li t2, 0x80
    0x3043_9073,  // csrw mie, t2
    0x1050_0073,  // wfi
    0xFFDF_F06F,  // j back to the wfi
  ].flatMap { (word: UInt32) in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  static let deadWait = build { $0.waitForInterrupt() }
  /// Its trap handler is at 0, where there is nothing.
  static let trapLoop: [UInt8] = [0, 0, 0, 0]
  /// Counts for ever.
  static let busy = build {
    $0.addi(5, 5, 1)
    $0.branch(equal: true, 0, 0, -4)
  }

  /// Talks for ever.
  static let chatter = build {
    $0.load(7, 0x1000_0000)
    $0.addi(28, 0, 0x2E)
    $0.sb(28, 7)
    $0.branch(equal: true, 0, 0, -4)
  }

  /// Says hello, then echoes every byte, and passes when it reads `q`.
  static let echo = build {
    $0.say("hello\n")
    $0.lbu(28, 5, 7)
    $0.andi(28, 28, 1)
    $0.branch(equal: true, 28, 0, -8)
    $0.lbu(28, 0, 7)
    $0.sb(28, 7)
    $0.addi(29, 0, 0x71)
    $0.branch(equal: false, 28, 29, -24)
    $0.finish(0x5555)
  }
}
