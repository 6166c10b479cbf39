#if os(Linux)
  import Boards
  import Foundation
  import Monitor
  import Sandbox
  import SystemBus
  import Testing

  @Suite struct GuestTests {
    @Test func bootsAndPassesOnWhatTheGuestSays() throws {
      let driver = try Driver(guest("hello"))
      #expect(driver.run { $0.end != nil }, "\(driver.last.outcome): \(driver.output)")
      #expect(driver.end == .passed)
      #expect(driver.output.contains("Hello"))
    }
  }
#endif
