import Testing

@testable import Peripherals
