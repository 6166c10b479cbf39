import HartEngine
import ISA
import SystemBus

extension Lowering {
  // Where the table for stores begins, from that for loads.
  private static let storeAddends = Int32(AddendTables.virtualPages * MemoryLayout<Int>.stride)

  /// Where an access finds its memory; what the returned place names has to be left alone until then. `later` is where it
  /// goes if that is not to be had. Uses rax and rcx, and rdx when there are several bytes.
  mutating func locate(_ i: IRInstruction, bytes: UInt32, isStore: Bool, _ later: Int) -> HostAddress {
    let group = group.flatMap { $0.base == i.a && i.access != nil ? $0 : nil }
    switch memory {
    case .window:
      let direct = i.hasShortDisplacement ? register(i.a) : nil
      if direct == nil, !isStore || group != nil { address(i) }
      if isStore, group == nil { checkLine(i, direct, bytes: bytes, later) }
      return direct.map { HostAddress(Self.base, $0, Int32(bitPattern: i.constant)) } ?? HostAddress(Self.base, .rax)
    case .translated:
      if let group { return HostAddress(groupStart, .rcx, Int32(bitPattern: i.constant) - group.low) }
      return translate(i, bytes: bytes, isStore: isStore, later)
    }
  }

  /// The same, in one register, which rcx is free beside.
  mutating func locateInOne(_ i: IRInstruction, bytes: UInt32, isStore: Bool, _ later: Int) -> HostAddress {
    let place = locate(i, bytes: bytes, isStore: isStore, later)
    guard case .translated = memory else { return place }
    code.lea64(.rax, place)
    return HostAddress(.rax)
  }

  /// Where the bytes of an access are, if they are in one page that may be accessed so.
  private mutating func translate(_ i: IRInstruction, bytes: UInt32, isStore: Bool, _ later: Int) -> HostAddress {
    let guest = addressInRegister(i)
    loadAddend(of: guest, isStore: isStore)
    if bytes > 1 {
      let misaligned = postpone(
        LaterCode(.misaligned, UInt32(truncatingIfNeeded: later), count: Int32(truncatingIfNeeded: bytes)))
      if guest != .rax { self.later[misaligned].address = HostAddress(guest) }
      code.test8(guest, UInt8(truncatingIfNeeded: bytes - 1))
      outside(if: .ne, misaligned)
      resume(misaligned)
    }
    code.test64(.rcx, .rcx)
    outside(if: .e, later)
    return HostAddress(guest, .rcx)
  }

  /// The register that the guest's address is in: its own, or rax.
  private mutating func addressInRegister(_ i: IRInstruction) -> HostRegister {
    if i.constant == 0, i.a < 32, let register = register(i.a) { return register }
    address(i)
    return .rax
  }

  /// Puts into rcx what to add to the guest address in a register, which is zero for a page that may not be accessed so.
  private mutating func loadAddend(of guest: HostRegister, isStore: Bool) {
    code.mov32(.rcx, guest)
    code.shift32(.shr, .rcx, by: 12)
    code.load64(.rcx, HostAddress(Self.base, .rcx, scale: 8, isStore ? Self.storeAddends : 0))
  }

  /// Goes to `later` unless as many bytes from the guest address in a register on are in one page. Uses rdx.
  mutating func checkPage(of guest: HostRegister, bytes: Int32, _ later: Int) {
    guard bytes <= 0x1000 else { return code.jump(to: &self.later[later].entry) }
    outside(if: comparePage(of: guest, bytes: bytes), later)
  }

  /// The condition that says that as many bytes, of a page's at most, leave the page. Uses rdx.
  private mutating func comparePage(of guest: HostRegister, bytes: Int32) -> HostCondition {
    code.mov32(.rdx, guest)
    code.alu32(.and, .rdx, UInt32(0xFFF))
    code.alu32(.cmp, .rdx, UInt32(bitPattern: 0x1000 - bytes))
    return .a
  }

  // MARK: Groups

  /// Makes host code of some instructions, those of a group with one check for all. Should it fail, the same instructions
  /// follow once more behind everything else, each with its own.
  mutating func lower(
    _ range: Range<Int>, of instructions: UnsafePointer<IRInstruction>, carried: CarriedPage?, carries: CarriedPage?
  ) {
    let terms = terms
    var place = range.lowerBound
    while place < range.upperBound {
      let isCarried = carried?.places.lowerBound == place
      var found = AccessGroup.find(from: place, to: range.upperBound - 1, instructions, terms)
      if found == nil || (isCarried && carried?.isProbable == true) {
        found = isCarried || carries?.places.lowerBound == place ? AccessGroup(of: instructions[place], at: place) : nil
      }
      guard var found else {
        note(place)
        lower(instructions[place])
        place += 1
        continue
      }
      note(place)
      // What is made again begins like this.
      settleAll()
      let later = postpone(
        LaterCode(
          .group, UInt32(truncatingIfNeeded: place), count: Int32(truncatingIfNeeded: found.range.count)))
      self.later[later].facts = facts
      self.later[later].firstSite = sites.count
      if let carries, found.range.contains(carries.places.lowerBound) {
        found.low = min(found.low, carries.low)
        found.end = max(found.end, carries.end)
        self.later[later].clearsAddend = true
      }
      if isCarried, let carried {
        checkCarried(carried, &found, instructions[place], later)
      } else {
        check(found, later)
      }
      group = found
      for place in found.range {
        if place > found.range.lowerBound { note(place) }
        lower(instructions[place])
      }
      group = nil
      resume(later)
      place = found.range.upperBound + 1
    }
  }

  /// Goes to `later` unless rcx holds what to add to the addresses of the group.
  private mutating func checkCarried(
    _ page: CarriedPage, _ group: inout AccessGroup, _ access: IRInstruction, _ later: Int
  ) {
    guard let pointer = register(page.pointer) else { return check(group, later) }
    if !page.isProbable {
      groupStart = pointer
      group.low = 0
    } else {
      groupStart = addressInRegister(access)
      code.mov32(.rdx, groupStart)
      let bytes = access.access.map { $0.bytes.count } ?? 1
      if bytes > 1 {
        code.test8(.rdx, UInt8(truncatingIfNeeded: bytes - 1))
        outside(if: .ne, later)
      }
      code.alu32(.xor, .rdx, pointer)
      code.alu32(.cmp, .rdx, 0xFFF)
      outside(if: .a, later)
    }
    code.test64(.rcx, .rcx)
    outside(if: .e, later)
  }

  /// Looks up the page for a region that begins with a block which finds it in rcx.
  mutating func emitCarried(_ page: CarriedPage) {
    let start = IRInstruction(.loadByte, IRRegister.none, page.pointer, constant: UInt32(bitPattern: page.low))
    let guest = addressInRegister(start)
    loadAddend(of: guest, isStore: page.stores)
    var isWithin = Label()
    code.jump(comparePage(of: guest, bytes: page.end - page.low).inverted, to: &isWithin)
    code.alu32(.xor, .rcx, .rcx)
    code.bind(&isWithin)
  }

  /// Lets blocks that follow each other look up a page once.
  func findCarriedPages(in blocks: inout [RegionBlock], _ instructions: UnsafePointer<IRInstruction>) {
    if case .translated = memory { CarriedPage.find(in: &blocks, instructions, map, terms) }
  }

  private var terms: AccessGroup.Terms {
    switch memory {
    case .window:
      // As long as a line: one byte tells of a line and the one behind it.
      AccessGroup.Terms(span: 1 << Int32(AddressWindow.lineShift), loadsAreFree: true) { $0.kind != .outside }
    case .translated:
      AccessGroup.Terms(span: AccessGroup.Terms.mostTranslated, loadsAreFree: false) { [map] in
        $0.leavesAddressAlone(map)
      }
    }
  }

  private mutating func check(_ group: AccessGroup, _ later: Int) {
    let start = IRInstruction(.loadByte, IRRegister.none, group.base, constant: UInt32(bitPattern: group.low))
    switch memory {
    case .window: checkLine(start, register(group.base), bytes: nil, later)
    case .translated:
      groupStart = addressInRegister(start)
      loadAddend(of: groupStart, isStore: group.stores)
      checkPage(of: groupStart, bytes: group.end - group.low, later)
      // What may be stored to may be loaded from.
      code.test64(.rcx, .rcx)
      outside(if: .e, later)
    }
  }

  /// Leaves stores that hit code to the hart: where the line holds some, they are looked at more closely, or go to `later`
  /// if there are several to come. For what is no memory there are no lines, so that this faults.
  private mutating func checkLine(_ i: IRInstruction, _ direct: HostRegister?, bytes: UInt32?, _ later: Int) {
    if direct == nil { address(i) }
    if i.constant == 0 || direct == nil, features.contains(.bmi2) {
      code.shrx32(.rcx, direct ?? .rax, by: Self.state)
    } else {
      if let direct, i.constant != 0 {
        code.lea32(.rcx, HostAddress(direct, Int32(bitPattern: i.constant)))
      } else {
        code.mov32(.rcx, direct ?? .rax)
      }
      code.shift32(.shr, .rcx, by: UInt8(AddressWindow.lineShift))
    }
    mark(later)
    // The window begins with a page, so its address ends with zeros: the host compares and jumps at once.
    code.cmp8(HostAddress(Self.base, .rcx, Int32(truncatingIfNeeded: AddressWindow.linesOffset)), Self.base)
    guard let bytes else { return outside(if: .ne, later) }
    let beside = postpone(
      LaterCode(.besideCode, UInt32(truncatingIfNeeded: later), count: Int32(truncatingIfNeeded: bytes)))
    self.later[beside].address = direct.map { HostAddress($0, Int32(bitPattern: i.constant)) }
    outside(if: .ne, beside)
    resume(beside)
  }

  /// To come before an instruction that reaches guest memory: should it fault, it becomes a jump to `later`.
  mutating func mark(_ later: Int) {
    guard case .window = memory else { return }
    sites.add(place: code.offset)
    self.later[later].sites += 1
  }

  /// Puts the guest's address into rax.
  private mutating func address(_ i: IRInstruction) {
    if i.a == IRRegister.constant {
      code.mov32(.rax, i.constant)
    } else if let register = register(i.a) {
      if i.constant == 0 {
        code.mov32(.rax, register)
      } else {
        code.lea32(.rax, HostAddress(register, Int32(bitPattern: i.constant)))
      }
    } else {
      code.load32(.rax, Self.slot(i.a))
      if i.constant != 0 { code.alu32(.add, .rax, i.constant) }
    }
  }

  mutating func postponeOutside(_ i: IRInstruction) -> Int {
    let index = postpone(LaterCode(.outside, i.site))
    later[index].firstSite = sites.count
    return index
  }

  mutating func resume(_ later: Int) { code.bind(&self.later[later].resume) }

  // MARK: Loads and stores

  mutating func lowerLoad(_ i: IRInstruction, bytes: UInt32, isSigned: Bool) {
    let later = postponeOutside(i)
    let place = locate(i, bytes: bytes, isStore: false, later)
    // rax and rcx may be needed for the next access.
    let target = register(i.destination) ?? .rdx
    mark(later)
    switch (bytes, isSigned) {
    case (1, true): code.loadSigned8(target, place)
    case (1, false): code.loadZero8(target, place)
    case (2, true): code.loadSigned16(target, place)
    case (2, false): code.loadZero16(target, place)
    default: code.load32(target, place)
    }
    finish(i.destination, target)
    resume(later)
  }

  mutating func lowerStore(_ i: IRInstruction, bytes: UInt32) {
    let later = postponeOutside(i)
    let place = locate(i, bytes: bytes, isStore: true, later)
    if i.b == IRRegister.constant {
      mark(later)
      switch bytes {
      case 1: code.store8(place, 0)
      case 2: code.store16(place, 0)
      default: code.store32(place, Int32(0))
      }
    } else {
      let value = use(i.b, 0, in: .rdx)
      mark(later)
      switch bytes {
      case 1: code.store8(place, value)
      case 2: code.store16(place, value)
      default: code.store32(place, value)
      }
    }
    resume(later)
  }

  // MARK: Floating-point registers

  mutating func lowerFloatLoad(_ i: IRInstruction, isDouble: Bool) {
    let later = postponeOutside(i)
    checkFloat(later)
    let place = locate(i, bytes: isDouble ? 8 : 4, isStore: false, later)
    let result = vectors.register(of: i.destination) ?? .xmm0
    mark(later)
    code.loadFloat(isDouble ? .double : .single, result, place)
    if !isDouble { code.logic(.or, result, box(in: .xmm1)) }
    nans.overwrite(i.destination)
    finishVector(i.destination, result)
    facts.follow(i)
    resume(later)
  }

  mutating func lowerFloatStore(_ i: IRInstruction, isDouble: Bool) {
    settle(i.b)
    let later = postponeOutside(i)
    checkFloat(later)
    let place = locate(i, bytes: isDouble ? 8 : 4, isStore: true, later)
    var value = VectorRegister.xmm0
    if let register = vectors.register(of: i.b) {
      value = register
    } else {
      code.loadFloat(isDouble ? .double : .single, value, Self.floatSlot(i.b))
    }
    mark(later)
    code.storeFloat(isDouble ? .double : .single, place, value)
    resume(later)
  }
}
