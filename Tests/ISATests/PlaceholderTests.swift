import Testing

@testable import ISA
