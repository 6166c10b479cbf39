import Control
import Foundation
import Testing

/// Many who connect at once.
@Suite struct SocketTests {
  private let folder: ShortFolder
  private let path: String

  init() throws {
    folder = try ShortFolder()
    path = folder.path + "/socket"
  }

  @Test func aBurstOfClientsIsHeldUntilTheyAreAccepted() throws {
    let listener = try UnixSocket.listen(at: path)
    let sockets = try (0..<100).map { _ in try UnixSocket.connect(to: path, patience: 0) }
    #expect(sockets.allSatisfy { $0 != nil })
    withExtendedLifetime(listener) {}
  }

  /// Connects until no more may wait.
  private func fill() throws -> [UnixSocket?] {
    var sockets: [UnixSocket?] = []
    #expect(throws: ControlError.busy) {
      while sockets.count < 100 { sockets.append(try UnixSocket.connect(to: path, patience: 0)) }
    }
    return sockets
  }

  @Test func whoDoesNotAcceptIsBusy() throws {
    let listener = try UnixSocket.listen(at: path, backlog: 1)
    let sockets = try fill()
    #expect(throws: ControlError.busy) { try UnixSocket.connect(to: path, patience: 20_000_000) }
    withExtendedLifetime((listener, sockets)) {}
  }

  @Test func whoAcceptsInTimeIsConnectedTo() throws {
    let listener = try UnixSocket.listen(at: path, backlog: 1)
    let sockets = try fill()
    let descriptor = listener.descriptor
    Thread { close(accept(descriptor, nil, nil)) }.start()
    let connected = try UnixSocket.connect(to: path, patience: 10_000_000_000)
    #expect(connected != nil)
    withExtendedLifetime((listener, sockets)) {}
  }
}
