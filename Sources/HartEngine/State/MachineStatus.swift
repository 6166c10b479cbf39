import ISA

/// Bits of `mstatus` and the fields in it (privileged specification, section 3.1.6).
enum Status {
  static let sie: UInt32 = 1 << 1
  static let mie: UInt32 = 1 << 3
  static let spie: UInt32 = 1 << 5
  static let mpie: UInt32 = 1 << 7
  static let spp: UInt32 = 1 << 8
  static let mpp: UInt32 = 3 << 11
  static let fs: UInt32 = 3 << 13
  static let mprv: UInt32 = 1 << 17
  static let sum: UInt32 = 1 << 18
  static let mxr: UInt32 = 1 << 19
  static let tvm: UInt32 = 1 << 20
  static let tw: UInt32 = 1 << 21
  static let tsr: UInt32 = 1 << 22
  static let sd: UInt32 = 1 << 31

  static let machineWritable = sie | mie | spie | mpie | spp | mpp | mprv | sum | mxr | tvm | tw | tsr
  static let supervisorWritable = sie | spie | spp | sum | mxr
}

/// Bits of `mip` and `mie`.
enum InterruptBit {
  static let ssi: UInt32 = 1 << 1
  static let msi: UInt32 = 1 << 3
  static let sti: UInt32 = 1 << 5
  static let mti: UInt32 = 1 << 7
  static let sei: UInt32 = 1 << 9
  static let mei: UInt32 = 1 << 11

  static let supervisor = ssi | sti | sei
  static let all = ssi | msi | sti | mti | sei | mei
}

/// Bits of `menvcfg`, `menvcfgh` and `senvcfg` (privileged specification, section 3.1.18).
enum EnvironmentConfiguration {
  static let fiom: UInt32 = 1 << 0
  static let cbie: UInt32 = 3 << 4
  static let cbcfe: UInt32 = 1 << 6
  static let cbze: UInt32 = 1 << 7
  /// In the high half.
  static let adue: UInt32 = 1 << 29
  /// In the high half.
  static let stce: UInt32 = 1 << 31

  /// The bits of `menvcfg` and `senvcfg` that a hart with these instructions has.
  static func low(_ isa: ISAConfiguration) -> UInt32 {
    fiom | (isa.has(.zicbom) ? cbie | cbcfe : 0) | (isa.has(.zicboz) ? cbze : 0)
  }

  /// The bits of `menvcfgh` that a hart with these instructions has.
  static func high(_ isa: ISAConfiguration) -> UInt32 {
    (isa.has(.svadu) ? adue : 0) | (isa.has(.sstc) ? stce : 0)
  }
}
