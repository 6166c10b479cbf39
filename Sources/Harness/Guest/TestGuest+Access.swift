import Diagnosis
import HartEngine
import SystemBus

extension TestGuest {
  /// The names of the guest's addresses.
  public var symbols: SymbolMap { files.symbols(for: machine) }

  /// The address of a symbol, as linked.
  public func address(of symbol: String) throws(HarnessError) -> UInt32 {
    guard let address = symbols.address(of: symbol) else { throw .noSymbol(symbol, guest: name) }
    return address
  }

  /// Bytes at an address as the kernel sees it: through the page table that some hart has now, or physical. Nothing that the
  /// guest can notice changes.
  public func read(at address: UInt32, count: Int) throws(HarnessError) -> [UInt8] {
    for hart in machine.harts {
      let mode = hart.mode == .machine ? hart.mode : .supervisor
      if let bytes = hart.inspect(address, count: count, in: mode) { return bytes }
    }
    guard let bytes = machine.bus.memory(at: address, count: count)?.read(at: address, count: count) else {
      throw .noMemoryAt(address, guest: name)
    }
    return bytes
  }

  /// A little-endian number at an address as the kernel sees it.
  public func read<Number: FixedWidthInteger>(_: Number.Type, at address: UInt32) throws(HarnessError) -> Number {
    let bytes = try read(at: address, count: Number.bitWidth / 8)
    return bytes.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }
}
