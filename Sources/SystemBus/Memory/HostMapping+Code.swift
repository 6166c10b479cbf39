#if os(Linux)
  import CHost

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  extension HostMapping {
    // From <linux/mman.h>; only GNU programs see them, and Swift sees no function that takes them.
    private static let mayMove = 1
    private static let toFixedPlace = 2

    /// Maps zeroed memory of this process alone twice, each time between guard pages: to be written, and to be executed.
    /// Each view is to be ended by `unmap`.
    ///
    /// It has no name, so that profilers take it for code made at run time and look for a map of its symbols.
    /// - Parameter size: in bytes, whole pages, more than 0.
    /// - Throws: where the host has no memory left, or lets none be executed.
    package static func mapCode(
      size: Int
    ) throws(MemoryError) -> (writable: UnsafeMutablePointer<UInt8>, executable: UnsafePointer<UInt8>) {
      let writable = try map(count: size, of: UInt8.self, descriptor: nil, isAnonymousAndShared: true)
      do throws(MemoryError) {
        let second = try map(count: size, of: UInt8.self)
        // An old size of 0 has the same pages seen at another place as well, and what was mapped there goes.
        let moved = chost_system_call(
          Int(SYS_mremap), Int(bitPattern: writable), 0, size, mayMove | toFixedPlace, Int(bitPattern: second))
        guard moved == Int(bitPattern: second), mprotect(second, size, PROT_READ | PROT_EXEC) == 0 else {
          let error = MemoryError(size: size, errorNumber: errno)
          unmap(second, count: size)
          throw error
        }
        return (writable, UnsafePointer(second))
      } catch {
        unmap(writable, count: size)
        throw error
      }
    }
  }
#endif
