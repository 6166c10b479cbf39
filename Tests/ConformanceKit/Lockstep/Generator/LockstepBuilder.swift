import ISA

/// Writes a lockstep program: start-up code and handlers, functions, and a main loop of sections that never ends.
///
/// Conventions: x2 and x8 point into the data area, x4 to the hart's own memory, and x3 is where a handler goes on when an
/// instruction cannot be fetched. Handlers change no register. All else is free unless something around has reserved it.
/// All code is independent of its address, since it runs at several.
struct LockstepBuilder {
  var code = Assembler(base: LockstepLayout.code)
  var random: RandomSource
  let flavour: Flavour
  let harts: Int
  var segments: [Program.Segment] = []

  static let pointer: UInt8 = 2
  static let compressedPointer: UInt8 = 8
  static let recovery: UInt8 = 3
  static let own: UInt8 = 4

  static let conventional: Set<UInt8> = [pointer, compressedPointer, recovery, own]
  /// Registers that functions leave alone, so that the main loop may hold something in them across calls.
  static let kept: Set<UInt8> = [9, 18, 19, 20, 21, 22, 23, 24, 25]
  /// Registers that random instructions must not write here.
  var reserved = conventional
  /// Registers that most instructions use, so that results are used.
  var favourites: [UInt8] = [5, 6, 7, 10, 11, 12]
  var floatFavourites: [UInt8] = [0, 1, 8, 9, 10]
  /// How often the code that is being written runs for each time that its surroundings do.
  var heat = 1
  /// The mode in which the code that is being written runs, and how addresses differ from physical ones there; nil for
  /// functions, which are called from everywhere.
  var place: Place? = Place(mode: .machine, offset: 0)
  var functions: [Function] = []
  var slots: [Slot] = []
  var vectors: (machine: Assembler.Label, supervisor: Assembler.Label)?
  /// Where a hart begins a pass of the main loop.
  var head: Assembler.Label?

  struct Place {
    var mode: PrivilegeMode
    /// What to add to a physical address of RAM.
    var offset: UInt32
    /// Whether addresses are translated.
    var mapped = false
  }

  struct Function {
    var entry: Assembler.Label
    /// The register that holds the address to return to.
    var link: UInt8
  }

  /// A place whose instruction may be replaced by any other integer instruction of its length that writes one of `free`.
  struct Slot {
    var label: Assembler.Label
    var length: Int
    var free: [UInt8]
    /// Whether its address is a multiple of four.
    var isAligned = false
  }

  init(random: RandomSource, flavour: Flavour, harts: Int) {
    self.random = random
    self.flavour = flavour
    self.harts = harts
  }

  // MARK: Registers

  var free: [UInt8] { (1..<32).filter { !reserved.contains($0) } }

  /// A register that may be written: mostly one that is read soon.
  mutating func destination() -> UInt8 {
    if random.chance(percent: 4) { return 0 }
    let choice = random.chance(percent: 75) ? random.pick(favourites) : UInt8(1 + random.below(31))
    return reserved.contains(choice) ? random.pick(free) : choice
  }

  mutating func source() -> UInt8 {
    random.chance(percent: 75) ? random.pick(favourites) : UInt8(random.below(32))
  }

  mutating func floatRegister() -> UInt8 {
    random.chance(percent: 70) ? random.pick(floatFavourites) : UInt8(random.below(32))
  }

  /// A free register that is none of `others`.
  mutating func temporary(not others: UInt8...) -> UInt8 { random.pick(free.filter { !others.contains($0) }) }

  /// Runs `body` with a register that nothing in it writes.
  mutating func holding(_ body: (inout Self, UInt8) -> Void) {
    let register = random.pick(place == nil ? free : free.filter(Self.kept.contains))
    reserved.insert(register)
    body(&self, register)
    reserved.remove(register)
  }

  /// Takes other registers as favourites.
  mutating func changeFavourites() {
    favourites = (0..<4 + random.below(6)).map { _ in random.pick(free) }
    floatFavourites = (0..<3 + random.below(6)).map { _ in UInt8(random.below(32)) }
  }

  // MARK: Program

  /// Ends the code and gives all that goes into memory.
  mutating func finish() -> [Program.Segment] {
    let bytes = code.finish()
    precondition(bytes.count <= LockstepLayout.codeSize, "a program of \(bytes.count) bytes of code")
    return [Program.Segment(address: LockstepLayout.code, bytes: bytes)] + segments
  }

  mutating func addSegment(at address: UInt32, words: [UInt32]) {
    segments.append(
      Program.Segment(
        address: address, bytes: words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }))
  }
}
