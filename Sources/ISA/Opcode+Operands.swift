extension Opcode {
  /// Whether `rd` names a floating-point register.
  public var writesFloat: Bool {
    switch self {
    case .flw, .fmaddS, .fmsubS, .fnmsubS, .fnmaddS, .faddS, .fsubS, .fmulS, .fdivS, .fsqrtS, .fsgnjS, .fsgnjnS,
      .fsgnjxS, .fminS, .fmaxS, .fcvtSW, .fcvtSWU, .fmvWX, .fcvtSD,
      .fld, .fmaddD, .fmsubD, .fnmsubD, .fnmaddD, .faddD, .fsubD, .fmulD, .fdivD, .fsqrtD, .fsgnjD, .fsgnjnD,
      .fsgnjxD, .fminD, .fmaxD, .fcvtDS, .fcvtDW, .fcvtDWU:
      true
    default: false
    }
  }
}
