import Monitor

/// The files of one fleet's monitor in the runtime folder.
public struct FleetPlace: Equatable, Sendable {
  static let socketSuffix = ".sock"

  public let fleet: String
  public let socket: String
  /// Locked by the monitor for as long as it lives, however it ends.
  public let lock: String
  /// What a monitor in the background has to say.
  public let log: String

  public init(fleet: String, in folder: RuntimeFolder) throws(ControlError) {
    guard GuestDescription.isValid(name: fleet) else { throw .badFleetName(fleet) }
    self.fleet = fleet
    let stem = folder.path + "/" + fleet
    socket = stem + Self.socketSuffix
    lock = stem + ".lock"
    log = stem + ".log"
    guard socket.utf8.count <= UnixSocket.pathLimit else {
      throw .pathTooLong(path: socket, limit: UnixSocket.pathLimit)
    }
  }
}
