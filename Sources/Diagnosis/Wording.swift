import HartEngine
import ISA

// How the privileged specification's terms are written in sentences.

extension PrivilegeMode {
  /// `M-mode`, `S-mode` or `U-mode`.
  public var name: String { letter + "-mode" }

  /// `M`, `S` or `U`.
  public var letter: String {
    switch self {
    case .user: "U"
    case .supervisor: "S"
    case .machine: "M"
    }
  }
}

extension TrapCause {
  /// As in the table of `mcause`.
  var name: String {
    switch self {
    case .instructionAddressMisaligned: "instruction address misaligned"
    case .instructionAccessFault: "instruction access fault"
    case .illegalInstruction: "illegal instruction"
    case .breakpoint: "breakpoint"
    case .loadAddressMisaligned: "load address misaligned"
    case .loadAccessFault: "load access fault"
    case .storeAddressMisaligned: "store address misaligned"
    case .storeAccessFault: "store access fault"
    case .environmentCallFromUser: "environment call from U-mode"
    case .environmentCallFromSupervisor: "environment call from S-mode"
    case .environmentCallFromMachine: "environment call from M-mode"
    case .instructionPageFault: "instruction page fault"
    case .loadPageFault: "load page fault"
    case .storePageFault: "store page fault"
    }
  }

  var isCall: Bool {
    self == .environmentCallFromUser || self == .environmentCallFromSupervisor || self == .environmentCallFromMachine
  }

  /// The kind of access that faulted, if it is a page or access fault.
  var access: AccessKind? {
    switch self {
    case .instructionAccessFault, .instructionPageFault: .fetch
    case .loadAccessFault, .loadPageFault: .load
    case .storeAccessFault, .storePageFault: .store
    default: nil
    }
  }
}

extension TrapRecord {
  /// The cause in words.
  var name: String {
    if isInterrupt { return Interrupts.name(cause & 31) + " interrupt" }
    return exception?.name ?? "exception \(cause)"
  }

  /// One line: `812331 × instruction page fault at 0x0, tval 0x0, in S-mode, to S-mode`.
  func line(_ symbols: SymbolMap) -> String {
    let count = times > 1 ? "\(grouped(UInt64(times))) × " : ""
    return "\(count)\(name) at \(symbols.place(pc))"
      + (exception.map { !$0.isCall } ?? false ? ", tval \(hexadecimal(value))" : "")
      + ", \(from.letter) to \(to.letter)"
  }

  /// The mode that a trap handler's CSRs are named after: `s` or `m`.
  var prefix: String { to == .machine ? "m" : "s" }
}

/// The interrupts of `mip` and `mie`.
enum Interrupts {
  static let software: UInt32 = 1 << 1 | 1 << 3
  static let timer: UInt32 = 1 << 5 | 1 << 7
  static let external: UInt32 = 1 << 9 | 1 << 11

  static func name(_ number: UInt32) -> String {
    switch number {
    case 1: "supervisor software"
    case 3: "machine software"
    case 5: "supervisor timer"
    case 7: "machine timer"
    case 9: "supervisor external"
    case 11: "machine external"
    default: "interrupt \(number)"
    }
  }

  /// The bit's name in `mie` or `sie`: `STIE`.
  static func enableBit(_ number: UInt32) -> String {
    let letters = [1: "SS", 3: "MS", 5: "ST", 7: "MT", 9: "SE", 11: "ME"] as [UInt32: String]
    return (letters[number] ?? "\(number)") + "IE"
  }

  /// The numbers of the bits that are set.
  static func numbers(_ bits: UInt32) -> [UInt32] { (0..<32).filter { bits & 1 << $0 != 0 } }

  static func names(_ bits: UInt32) -> String { list(numbers(bits).map(name)) }
}

/// `a`, `a and b`, `a, b and c`.
func list(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "none" }
  return words.dropLast().joined(separator: ", ") + " and " + last
}

/// Digits in groups of three: `812,331`.
func grouped(_ number: UInt64) -> String {
  let digits = String(number)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return text
}
