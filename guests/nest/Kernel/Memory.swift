// Free memory, in pages of 4 KiB: from the end of the kernel to the end of the 4 MiB page that it lies in.
// The kernel sees all of that at its physical address.

let pageSize: UInt32 = 4096

enum PageAllocator {
  /// Pages that were freed, each with the address of the next in its first word; 0 ends the list.
  nonisolated(unsafe) private static var firstFree: UInt32 = 0
  /// Everything from here on was never used, and not even touched.
  nonisolated(unsafe) private static var untouched: UInt32 = 0

  private static var end: UInt32 { MemoryMap.payloadBase + 0x40_0000 }

  /// The physical address of a page full of zeros; nil if there is none left.
  static func allocate() -> UInt32? {
    if untouched == 0 { untouched = kernel_end_address() }
    let page: UInt32
    if firstFree != 0 {
      page = firstFree
      firstFree = words(at: page)[0]
    } else if untouched < end {
      page = untouched
      untouched &+= pageSize
    } else {
      return nil
    }
    words(at: page).update(repeating: 0, count: Int(pageSize / 4))
    return page
  }

  static func free(_ page: UInt32) {
    words(at: page)[0] = firstFree
    firstFree = page
  }
}

/// Memory at an address that the kernel can reach.
func words(at address: UInt32) -> UnsafeMutablePointer<UInt32> {
  // SAFETY: 0 is never asked for, and the callers keep to the memory that is theirs.
  UnsafeMutablePointer(bitPattern: UInt(address)).unsafelyUnwrapped
}

func bytes(at address: UInt32) -> UnsafeMutablePointer<UInt8> {
  // SAFETY: as above.
  UnsafeMutablePointer(bitPattern: UInt(address)).unsafelyUnwrapped
}
