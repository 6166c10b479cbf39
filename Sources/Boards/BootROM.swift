import ISA
import RegisterMaps

/// What the boot ROM holds: the reset vector of QEMU's `virt`, and the `fw_dynamic` information of OpenSBI behind it.
///
/// Every hart enters the firmware or kernel with `a0` = hart number, `a1` = device tree and `a2` = that information.
struct BootROM {
  /// Where the reset vector jumps to.
  var entry: UInt32
  /// Address of the device tree; 0 for none.
  var deviceTree: UInt32
  /// Where a firmware goes on to, and in which mode (1 for S, 3 for M).
  var nextEntry: UInt32
  var nextMode: UInt32

  /// The ROM's words, from its first address on.
  var words: [UInt32] {
    let informationOffset: UInt32 = 0x28
    let code: [UInt32] = [
      0x0000_0297,  // auipc t0, 0
      0x0002_8613 | informationOffset << 20,  // addi a2, t0, information
      0xF140_2573,  // csrr a0, mhartid
      0x0202_A583,  // lw a1, 32(t0)
      0x0182_A283,  // lw t0, 24(t0)
      0x0002_8067,  // jr t0
      entry, 0, deviceTree, 0,
    ]
    // Magic "OSBI", version 2, next address, next mode, options, boot hart.
    let information: [UInt32] = [0x4942_534F, 2, nextEntry, nextMode, 0, 0]
    return code + information
  }

  var bytes: [UInt8] { words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } } }
}
