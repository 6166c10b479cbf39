import Translator

/// An instruction as an assembler reads it, in Intel's syntax, and as `Assembler` writes it.
struct Form {
  let text: String
  let bytes: [UInt8]

  var line: String { "\(text) = \(hexadecimal(bytes))" }
}

/// Two digits for each byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// What `body` writes.
func assembled(room: Int = 4096, _ body: (inout Assembler) -> Void) -> [UInt8] {
  let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
  defer { memory.deallocate() }
  var assembler = Assembler(start: memory, limit: memory + room)
  body(&assembler)
  return assembler.overflowed ? [] : Array(UnsafeBufferPointer(start: memory, count: assembler.offset))
}

/// A place in memory with its text.
struct Place {
  let text: String
  let address: HostAddress

  init(_ base: HostRegister, _ displacement: Int32 = 0) {
    address = HostAddress(base, displacement)
    text = "[\(base)\(Self.suffix(displacement))]"
  }

  init(_ base: HostRegister, _ index: HostRegister, _ scale: UInt8, _ displacement: Int32 = 0) {
    address = HostAddress(base, index, scale: scale, displacement)
    text = "[\(base) + \(scale)*\(index)\(Self.suffix(displacement))]"
  }

  private static func suffix(_ displacement: Int32) -> String {
    displacement == 0 ? "" : displacement < 0 ? " - \(displacement.magnitude)" : " + \(displacement)"
  }

  /// Every base, index and scale, with every length of displacement.
  static let all: [Place] = {
    let displacements: [Int32] = [0, 1, 127, 128, -1, -128, -129, .max, .min]
    var places: [Place] = []
    for base in HostRegister.allCases {
      for displacement in displacements { places.append(Place(base, displacement)) }
      for index in HostRegister.allCases where index != .rsp {
        let number = Int(base.rawValue &+ index.rawValue)
        places.append(Place(base, index, 1 << UInt8(number & 3), displacements[number % displacements.count]))
      }
    }
    for scale: UInt8 in [1, 2, 4, 8] {
      for displacement in displacements {
        places += [Place(.r13, .r12, scale, displacement), Place(.rsp, .rbp, scale, displacement)]
      }
    }
    return places
  }()

  /// One of each kind.
  static let some = [
    Place(.rax), Place(.rsp), Place(.rbp), Place(.r12, 8), Place(.r13), Place(.rdi, -128), Place(.r15, 128),
    Place(.rbx, .r9, 1), Place(.rbp, .rcx, 8), Place(.r14, .rsi, 4, 16), Place(.r12, .r13, 2, -70000),
  ]
}

extension HostRegister {
  var name64: String { "\(self)" }

  var name32: String {
    if rawValue >= 8 { return "\(self)d" }
    return "e" + "\(self)".dropFirst()
  }

  var name16: String {
    if rawValue >= 8 { return "\(self)w" }
    return String("\(self)".dropFirst())
  }

  var name8: String {
    if rawValue >= 8 { return "\(self)b" }
    return rawValue >= 4 ? name16 + "l" : String(name16.prefix(1)) + "l"
  }

  /// Another register, so that each is each operand once and all differ.
  func other(_ step: UInt8 = 5) -> HostRegister { HostRegister(rawValue: (rawValue &* 3 &+ step) & 15) ?? .rax }
}

extension VectorRegister {
  func other(_ step: UInt8 = 5) -> VectorRegister { VectorRegister(rawValue: (rawValue &* 3 &+ step) & 15) ?? .xmm0 }
}

extension HostFloatWidth {
  var suffix: String { self == .single ? "ss" : "sd" }
  var memory: String { self == .single ? "dword ptr" : "qword ptr" }
}

/// Collects forms.
struct Forms {
  private(set) var all: [Form] = []

  mutating func add(_ text: String, _ body: (inout Assembler) -> Void) {
    all.append(Form(text: text, bytes: assembled(room: 64, body)))
  }

  /// Two registers: each as either operand, and some with themselves.
  mutating func pairs(_ body: (inout Forms, HostRegister, HostRegister) -> Void) {
    for register in HostRegister.allCases {
      body(&self, register, register.other())
      if register.rawValue & 3 == 0 { body(&self, register, register) }
    }
  }

  mutating func vectorPairs(_ body: (inout Forms, VectorRegister, VectorRegister) -> Void) {
    for register in VectorRegister.allCases { body(&self, register, register.other()) }
  }

  mutating func registers(_ body: (inout Forms, HostRegister) -> Void) {
    for register in HostRegister.allCases { body(&self, register) }
  }

  /// A register and a place.
  mutating func places(_ body: (inout Forms, HostRegister, Place) -> Void) {
    for (number, place) in Place.some.enumerated() {
      body(&self, HostRegister(rawValue: UInt8(number * 7 % 16)) ?? .rax, place)
    }
    for register in HostRegister.allCases { body(&self, register, Place(register.other(), 4)) }
  }

  mutating func vectorPlaces(_ body: (inout Forms, VectorRegister, Place) -> Void) {
    places { body(&$0, VectorRegister(rawValue: $1.rawValue) ?? .xmm0, $2) }
  }
}
