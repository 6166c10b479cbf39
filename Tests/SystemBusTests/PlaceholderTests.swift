import Testing

@testable import SystemBus
