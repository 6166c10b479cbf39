import ISA
import YAMLReading

/// A number, or an address of the guest.
public enum Location: Hashable, Sendable, CustomStringConvertible {
  case number(UInt64)
  /// Of the kernel, so many bytes behind it (modulo 2^64).
  case symbol(String, offset: UInt64)

  public var description: String {
    switch self {
    case .number(let number): number < 1000 ? "\(number)" : "0x" + String(number, radix: 16)
    case .symbol(let name, 0): name
    case .symbol(let name, let offset): "\(name)+\(offset)"
    }
  }
}

/// A register of a hart.
public enum HartRegister: Hashable, Sendable, CustomStringConvertible {
  /// `x0`…`x31`.
  case integer(UInt8)
  case pc

  public var description: String {
    switch self {
    case .integer(let number): Register.integer(number)
    case .pc: "pc"
    }
  }
}

/// What a machine counts, from its start.
public enum Counter: String, CaseIterable, Sendable {
  /// Instructions retired, over all harts.
  case instructions
  /// Exceptions taken.
  case traps
  /// Interrupts taken.
  case interrupts
  /// Times a hart went to wait for an interrupt.
  case waits
  /// Times the machine was reset, by the guest or from outside.
  case resets
}

/// How a guest is to end.
public enum ExpectedEnd: Equatable, Sendable, CustomStringConvertible {
  case any
  /// With this code: 0 when it passed or powered off.
  case code(UInt32)
  /// It can never do anything again.
  case hung

  public var description: String {
    switch self {
    case .any: "any end"
    case .code(0): "an end with code 0"
    case .code(let code): "an end with code \(code)"
    case .hung: "a guest that hangs"
    }
  }
}

/// Something that must hold at the moment.
public struct Assertion: Equatable, Sendable {
  public enum Subject: Equatable, Sendable {
    case register(HartRegister, hart: Int)
    case csr(CSR, hart: Int)
    /// Little-endian, of 1, 2, 4 or 8 bytes. The address is physical, or what the symbol table says it is.
    case memory(Location, width: Int)
    case counter(Counter)
  }

  public enum Check: Equatable, Sendable {
    case number(Subject, Comparison)
    /// The bytes at an address.
    case bytes(Location, [UInt8])
    case text(Location, Template)
    /// What the guest printed since its start has it in it, or has not.
    case console(Pattern, isPresent: Bool)
    case end(ExpectedEnd)
    /// What is said of why the guest does not go on has it in it.
    case diagnosis(Pattern)
  }

  public struct Comparison: Equatable, Sendable {
    /// Bits that are compared.
    public var mask: UInt64 = .max
    public var equals: Location?
    public var differs: Location?
    public var atLeast: Location?
    public var atMost: Location?

    public init() {}
  }

  public var check: Check
  public var position: TextPosition

  public init(_ check: Check, position: TextPosition = TextPosition()) {
    self.check = check
    self.position = position
  }
}

/// What happens to a guest from outside.
public enum Injection: Equatable, Sendable {
  /// A bit of memory, counted from the lowest of the byte at the address.
  case flipMemory(Location, bit: Int)
  case flipRegister(HartRegister, bit: Int, hart: Int)
  /// A PLIC source that rises, and falls again.
  case interrupt(Int)
  /// A hart that does nothing for so long.
  case stall(VirtualTime, hart: Int)
  /// The machine's clock jumps ahead.
  case clock(VirtualTime)
  /// The machine ends at once, and RAM is lost.
  case powerCut
}
