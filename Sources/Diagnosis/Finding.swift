/// Something that keeps a guest from going on, or may.
public struct Finding: Sendable, Equatable {
  /// What kind of mistake it is, by a word that does not change between versions.
  public enum Kind: String, Sendable, CaseIterable {
    case firmwareAbsent = "firmware-absent"
    case vectorZero = "vector-zero"
    case vectorUnmapped = "vector-unmapped"
    case vectorNoCode = "vector-no-code"
    case returnWithoutProtection = "return-without-pmp"
    case returnWithoutPage = "return-without-page"
    case jumpToZero = "jump-to-zero"
    case jumpNowhere = "jump-nowhere"
    case stackOutside = "stack-outside"
    case missingExtension = "missing-extension"
    case missingRegister = "missing-csr"
    case privilege = "privilege"
    case floatOff = "float-off"
    case noInstruction = "no-instruction"
    case faultInHandler = "fault-in-handler"
    case trapLoop = "trap-loop"
    case fault = "fault"
    case nothingEnabled = "wfi-nothing-enabled"
    case pendingMasked = "wfi-pending-masked"
    case interruptsOff = "interrupts-off"
    case timerNotSet = "timer-not-set"
    case timerFar = "timer-far"
    case controllerMasked = "plic-masked"
    case claimNotCompleted = "claim-not-completed"
    case spin = "spin"
    case selfJump = "self-jump"
  }

  /// How sure it is that this is what is wrong.
  public enum Certainty: Int, Sendable, Comparable {
    /// It may be on purpose.
    case possible
    case likely
    /// Nothing but this can be the matter.
    case certain

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  public var kind: Kind
  public var certainty: Certainty
  /// What is wrong, in one line that begins with the hart.
  public var title: String
  /// What was seen, a sentence each.
  public var seen: [String]
  /// What usually is the cause, and what to do about it.
  public var usually: String

  init(_ kind: Kind, _ certainty: Certainty, _ title: String, seen: [String] = [], usually: String) {
    self.kind = kind
    self.certainty = certainty
    self.title = title
    self.seen = seen
    self.usually = usually
  }
}
