import Translator

extension Forms {
  mutating func addMoves() {
    pairs { forms, a, b in
      forms.add("mov \(a.name32), \(b.name32)") { $0.mov32(a, b) }
      forms.add("mov \(a.name64), \(b.name64)") { $0.mov64(a, b) }
      forms.add("movzx \(a.name32), \(b.name8)") { $0.movzx8(a, b) }
      forms.add("movzx \(a.name32), \(b.name16)") { $0.movzx16(a, b) }
      forms.add("movsx \(a.name32), \(b.name8)") { $0.movsx8(a, b) }
      forms.add("movsx \(a.name32), \(b.name16)") { $0.movsx16(a, b) }
      forms.add("movsxd \(a.name64), \(b.name32)") { $0.movsx32to64(a, b) }
    }
    registers { forms, a in
      for value: Int32 in [0, 1, -1, .max, .min] { forms.add("mov \(a.name32), \(value)") { $0.mov32(a, value) } }
      forms.add("mov \(a.name32), 4294967295") { $0.mov32(a, UInt32(0xFFFF_FFFF)) }
      forms.add("mov \(a.name32), 2147483648") { $0.mov64(a, 0x8000_0000) }
      forms.add("mov \(a.name64), -5") { $0.mov64(a, UInt64(bitPattern: -5)) }
      forms.add("movabs \(a.name64), 81985529216486895") { $0.mov64(a, 0x0123_4567_89AB_CDEF) }
      forms.add("push \(a.name64)") { $0.push64(a) }
      forms.add("pop \(a.name64)") { $0.pop64(a) }
    }
    for condition in HostCondition.allCases {
      registers { forms, a in forms.add("set\(condition) \(a.name8)") { $0.setcc8(condition, a) } }
      pairs { forms, a, b in
        forms.add("cmov\(condition) \(a.name32), \(b.name32)") { $0.cmov32(condition, a, b) }
      }
      let place = Place.some[Int(condition.rawValue) % Place.some.count]
      add("cmov\(condition) r10d, dword ptr \(place.text)") { $0.cmov32(condition, .r10, place.address) }
    }
  }

  mutating func addMemory() {
    for (number, place) in Place.all.enumerated() {
      let register = HostRegister(rawValue: UInt8(number % 16)) ?? .rax
      add("mov \(register.name32), dword ptr \(place.text)") { $0.load32(register, place.address) }
    }
    places { forms, a, place in
      let (text, address) = (place.text, place.address)
      forms.add("mov \(a.name64), qword ptr \(text)") { $0.load64(a, address) }
      forms.add("movzx \(a.name32), byte ptr \(text)") { $0.loadZero8(a, address) }
      forms.add("movzx \(a.name32), word ptr \(text)") { $0.loadZero16(a, address) }
      forms.add("movsx \(a.name32), byte ptr \(text)") { $0.loadSigned8(a, address) }
      forms.add("movsx \(a.name32), word ptr \(text)") { $0.loadSigned16(a, address) }
      forms.add("movsxd \(a.name64), dword ptr \(text)") { $0.loadSigned32to64(a, address) }
      forms.add("lea \(a.name32), \(text)") { $0.lea32(a, address) }
      forms.add("lea \(a.name64), \(text)") { $0.lea64(a, address) }
      forms.add("mov byte ptr \(text), \(a.name8)") { $0.store8(address, a) }
      forms.add("mov word ptr \(text), \(a.name16)") { $0.store16(address, a) }
      forms.add("mov dword ptr \(text), \(a.name32)") { $0.store32(address, a) }
      forms.add("mov qword ptr \(text), \(a.name64)") { $0.store64(address, a) }
      for value: Int32 in [0, -1, 77] {
        forms.add("mov byte ptr \(text), \(value)") { $0.store8(address, value) }
        forms.add("mov word ptr \(text), \(value * 300)") { $0.store16(address, value * 300) }
        forms.add("mov dword ptr \(text), \(value * 70000)") { $0.store32(address, value * 70000) }
        forms.add("mov qword ptr \(text), \(value * 70000)") { $0.store64(address, value * 70000) }
      }
      forms.add("mov dword ptr \(text), 4000000000") { $0.store32(address, UInt32(4_000_000_000)) }
    }
  }

  mutating func addArithmetic() {
    for operation in HostArithmetic.allCases {
      pairs { forms, a, b in
        forms.add("\(operation) \(a.name32), \(b.name32)") { $0.alu32(operation, a, b) }
        forms.add("\(operation) \(a.name64), \(b.name64)") { $0.alu64(operation, a, b) }
      }
      places { forms, a, place in
        let (text, address) = (place.text, place.address)
        forms.add("\(operation) \(a.name32), dword ptr \(text)") { $0.alu32(operation, a, address) }
        forms.add("\(operation) dword ptr \(text), \(a.name32)") { $0.alu32(operation, address, a) }
        forms.add("\(operation) \(a.name64), qword ptr \(text)") { $0.alu64(operation, a, address) }
        forms.add("\(operation) qword ptr \(text), \(a.name64)") { $0.alu64(operation, address, a) }
      }
      for value: Int32 in [0, 1, 127, 128, -128, -129, .max, .min] {
        for register: HostRegister in [.rax, .rcx, .rsp, .r8, .r15] {
          add("\(operation) \(register.name32), \(value)") { $0.alu32(operation, register, value) }
          add("\(operation) \(register.name64), \(value)") { $0.alu64(operation, register, value) }
        }
        for place in Place.some {
          add("\(operation) dword ptr \(place.text), \(value)") { $0.alu32(operation, place.address, value) }
        }
      }
      for place in Place.some {
        add("\(operation) byte ptr \(place.text), 200") { $0.alu8(operation, place.address, 200) }
      }
      add("\(operation) ebx, 4294967295") { $0.alu32(operation, .rbx, UInt32(0xFFFF_FFFF)) }
      add("\(operation) dword ptr [rbx], 2147483648") { $0.alu32(operation, .init(.rbx), UInt32(0x8000_0000)) }
    }
    pairs { forms, a, b in
      forms.add("test \(a.name32), \(b.name32)") { $0.test32(a, b) }
      forms.add("test \(a.name64), \(b.name64)") { $0.test64(a, b) }
      forms.add("bt \(a.name32), \(b.name32)") { $0.bt32(a, b) }
    }
    registers { forms, a in
      forms.add("test \(a.name8), 7") { $0.test8(a, 7) }
      forms.add("test \(a.name32), 1") { $0.test32(a, 1) }
      forms.add("test \(a.name32), 2147483648") { $0.test32(a, UInt32(0x8000_0000)) }
    }
    for place in Place.some {
      add("test byte ptr \(place.text), 128") { $0.test8(place.address, 128) }
      add("cmp byte ptr \(place.text), 3") { $0.cmp8(place.address, 3) }
      add("cmp byte ptr \(place.text), cl") { $0.cmp8(place.address, .rcx) }
      add("cmp byte ptr \(place.text), bpl") { $0.cmp8(place.address, .rbp) }
      add("cmp byte ptr \(place.text), r13b") { $0.cmp8(place.address, .r13) }
      add("or byte ptr \(place.text), 16") { $0.or8(place.address, 16) }
    }
  }

  mutating func addMultiplication() {
    pairs { forms, a, b in
      forms.add("imul \(a.name32), \(b.name32)") { $0.imul32(a, b) }
      forms.add("imul \(a.name64), \(b.name64)") { $0.imul64(a, b) }
      for value: Int32 in [3, -128, 128, .min] {
        forms.add("imul \(a.name32), \(b.name32), \(value)") { $0.imul32(a, b, value) }
      }
      forms.add("lzcnt \(a.name32), \(b.name32)") { $0.lzcnt32(a, b) }
      forms.add("tzcnt \(a.name32), \(b.name32)") { $0.tzcnt32(a, b) }
      forms.add("popcnt \(a.name32), \(b.name32)") { $0.popcnt32(a, b) }
    }
    places { forms, a, place in
      forms.add("imul \(a.name32), dword ptr \(place.text)") { $0.imul32(a, place.address) }
    }
    registers { forms, a in
      forms.add("mul \(a.name32)") { $0.mul32(a) }
      forms.add("imul \(a.name32)") { $0.imul32(a) }
      forms.add("div \(a.name32)") { $0.div32(a) }
      forms.add("idiv \(a.name32)") { $0.idiv32(a) }
      forms.add("neg \(a.name32)") { $0.neg32(a) }
      forms.add("not \(a.name32)") { $0.not32(a) }
      forms.add("bswap \(a.name32)") { $0.bswap32(a) }
    }
    add("cdq") { $0.cdq() }
  }

  mutating func addShifts() {
    for operation in HostShift.allCases {
      registers { forms, a in
        for count: UInt8 in [1, 2, 31] {
          forms.add("\(operation) \(a.name32), \(count)") { $0.shift32(operation, a, by: count) }
          forms.add("\(operation) \(a.name64), \(count * 2)") { $0.shift64(operation, a, by: count * 2) }
        }
        forms.add("\(operation) \(a.name64), 1") { $0.shift64(operation, a, by: 1) }
        forms.add("\(operation) \(a.name32), cl") { $0.shift32ByCL(operation, a) }
      }
    }
    pairs { forms, a, b in
      for step: UInt8 in [1, 8] {
        let c = a.other(step)
        forms.add("shlx \(a.name32), \(b.name32), \(c.name32)") { $0.shlx32(a, b, by: c) }
        forms.add("shrx \(a.name32), \(b.name32), \(c.name32)") { $0.shrx32(a, b, by: c) }
        forms.add("sarx \(a.name32), \(b.name32), \(c.name32)") { $0.sarx32(a, b, by: c) }
      }
      forms.add("rorx \(a.name32), \(b.name32), 7") { $0.rorx32(a, b, by: 7) }
    }
  }

  mutating func addTransfers() {
    registers { forms, a in
      forms.add("jmp \(a.name64)") { $0.jump(to: a) }
      forms.add("call \(a.name64)") { $0.call(a) }
    }
    for place in Place.some {
      add("jmp qword ptr \(place.text)") { $0.jump(to: place.address) }
      add("call qword ptr \(place.text)") { $0.call(place.address) }
    }
    add("ret") { $0.ret() }
    add("int3") { $0.int3() }
    add("ud2") { $0.ud2() }
    for count in 1...8 { add(".nops \(count)") { $0.nop(count) } }
  }
}
