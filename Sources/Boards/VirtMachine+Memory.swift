import HartEngine
import SystemBus

extension VirtMachine {
  /// What a machine takes beyond what is counted page by page, in bytes: its objects, and its share of the pages
  /// that the heap has not filled. Measured over a thousand machines.
  private static let objects = 56 << 10

  /// Bytes of RAM, in whole pages of the host, that anyone has touched and the host keeps in memory.
  public var touchedBytes: Int { ram.residentBytes }

  /// Host memory that the machine takes now, all in all, in bytes: RAM, decoded code, host code and cached translations
  /// counted in whole pages, the rest estimated. Asking takes some 10 µs, and 5 µs more for each 16 MiB of RAM.
  public var residentBytes: Int {
    let code = codeCache.residentBytes + (translator?.residentBytes ?? 0)
    return harts.reduce(ram.residentBytes + bootROM.residentBytes + code + Self.objects) { $0 + $1.residentBytes }
  }
}
