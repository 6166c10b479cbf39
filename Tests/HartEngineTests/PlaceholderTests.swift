import Testing

@testable import HartEngine
