import Harness

/// The memory of a guest as its kernel sees it, for tests. Looking changes nothing that the guest can notice.
public struct Memory: Sendable {
  let guest: Guest

  /// The 32-bit word at a symbol.
  public subscript(symbol: String) -> UInt32 {
    get async throws { try await guest.number(at: symbol) }
  }

  /// The 32-bit word at an address.
  public subscript(address: UInt32) -> UInt32 {
    get async throws { try await guest.number(at: address) }
  }

  /// A little-endian number of any width at a symbol.
  public func read<Number: FixedWidthInteger & Sendable>(_: Number.Type, at symbol: String) async throws -> Number {
    try await guest.number(at: symbol)
  }

  /// Bytes at an address.
  public func bytes(at address: UInt32, count: Int) async throws -> [UInt8] {
    try await guest.bytes(at: address, count: count)
  }

  /// Bytes at a symbol.
  public func bytes(at symbol: String, count: Int) async throws -> [UInt8] {
    try await guest.bytes(at: symbol, count: count)
  }
}

extension Guest {
  func number<Number: FixedWidthInteger & Sendable>(at symbol: String) throws -> Number {
    try guest.read(Number.self, at: try guest.address(of: symbol))
  }

  func number<Number: FixedWidthInteger & Sendable>(at address: UInt32) throws -> Number {
    try guest.read(Number.self, at: address)
  }

  func bytes(at symbol: String, count: Int) throws -> [UInt8] {
    try guest.read(at: try guest.address(of: symbol), count: count)
  }

  func bytes(at address: UInt32, count: Int) throws -> [UInt8] { try guest.read(at: address, count: count) }
}
