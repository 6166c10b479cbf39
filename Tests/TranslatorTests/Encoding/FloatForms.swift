import Translator

extension Forms {
  mutating func addFloats() {
    for width in HostFloatWidth.allCases {
      addMoves(width)
      addArithmetic(width)
      addConversions(width)
    }
    vectorPairs { forms, a, b in
      forms.add("movaps \(a), \(b)") { $0.moveFloat(a, b) }
      for operation in HostFloatLogic.allCases {
        forms.add("\(operation)ps \(a), \(b)") { $0.logic(operation, a, b) }
      }
    }
    vectorPlaces { forms, a, place in
      for operation in HostFloatLogic.allCases {
        forms.add("\(operation)ps \(a), xmmword ptr \(place.text)") { $0.logic(operation, a, place.address) }
      }
    }
    for place in Place.some {
      add("ldmxcsr dword ptr \(place.text)") { $0.ldmxcsr(place.address) }
      add("stmxcsr dword ptr \(place.text)") { $0.stmxcsr(place.address) }
    }
  }

  private mutating func addMoves(_ width: HostFloatWidth) {
    vectorPlaces { forms, a, place in
      let text = "\(width.memory) \(place.text)"
      forms.add("mov\(width.suffix) \(a), \(text)") { $0.loadFloat(width, a, place.address) }
      forms.add("mov\(width.suffix) \(text), \(a)") { $0.storeFloat(width, place.address, a) }
    }
    vectorPairs { forms, a, b in
      let register = HostRegister(rawValue: b.rawValue) ?? .rax
      let name = width == .single ? register.name32 : register.name64
      let mnemonic = width == .single ? "movd" : "movq"
      forms.add("\(mnemonic) \(a), \(name)") { $0.moveBits(width, a, register) }
      forms.add("\(mnemonic) \(name), \(a)") { $0.moveBits(width, register, a) }
    }
  }

  private mutating func addArithmetic(_ width: HostFloatWidth) {
    let suffix = width.suffix
    for operation in HostFloatArithmetic.allCases {
      vectorPairs { forms, a, b in
        forms.add("\(operation)\(suffix) \(a), \(b)") { $0.float(operation, width, a, b) }
        for step: UInt8 in [1, 8] {
          let c = a.other(step)
          forms.add("v\(operation)\(suffix) \(a), \(b), \(c)") { $0.float(operation, width, a, b, c) }
        }
      }
      vectorPlaces { forms, a, place in
        forms.add("\(operation)\(suffix) \(a), \(width.memory) \(place.text)") {
          $0.float(operation, width, a, place.address)
        }
      }
    }
    let compare = width == .single ? "ucomiss" : "ucomisd"
    vectorPairs { forms, a, b in
      forms.add("sqrt\(suffix) \(a), \(b)") { $0.squareRoot(width, a, b) }
      forms.add("\(compare) \(a), \(b)") { $0.compareFloats(width, a, b) }
      for (operation, name) in Self.fused {
        let c = a.other(8)
        forms.add("vf\(name)\(suffix) \(a), \(b), \(c)") { $0.fused(operation, width, a, b, c) }
      }
    }
    vectorPlaces { forms, a, place in
      forms.add("\(compare) \(a), \(width.memory) \(place.text)") { $0.compareFloats(width, a, place.address) }
    }
  }

  private static let fused: [(HostFusedArithmetic, String)] = [
    (.add213, "madd213"), (.sub213, "msub213"), (.negatedAdd213, "nmadd213"), (.negatedSub213, "nmsub213"),
    (.add231, "madd231"), (.sub231, "msub231"), (.negatedAdd231, "nmadd231"), (.negatedSub231, "nmsub231"),
  ]

  private mutating func addConversions(_ width: HostFloatWidth) {
    let suffix = width.suffix
    vectorPairs { forms, a, b in
      let register = HostRegister(rawValue: b.rawValue) ?? .rax
      forms.add("cvt\(suffix)2\(width == .single ? "sd" : "ss") \(a), \(b)") { $0.convertFloat(from: width, a, b) }
      forms.add("cvtsi2\(suffix) \(a), \(register.name32)") { $0.convertInteger32(width, a, register) }
      forms.add("cvtsi2\(suffix) \(a), \(register.name64)") { $0.convertInteger64(width, a, register) }
      for truncates in [false, true] {
        let name = "cvt\(truncates ? "t" : "")\(suffix)2si"
        forms.add("\(name) \(register.name32), \(a)") {
          $0.convertToInteger32(width, register, a, truncates: truncates)
        }
        forms.add("\(name) \(register.name64), \(a)") {
          $0.convertToInteger64(width, register, a, truncates: truncates)
        }
      }
    }
  }
}
