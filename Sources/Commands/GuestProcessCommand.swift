import ArgumentParser
import Sandbox

/// `roost guest-process`: what this program is when it is the process of one guest.
struct GuestProcessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guest-process", abstract: "The process of one guest; started by roost itself.", shouldDisplay: false)

  func run() throws {
    #if os(Linux)
      throw ValidationError(GuestProcess.run())
    #else
      throw ValidationError("guests have no processes of their own on this system")
    #endif
  }
}
