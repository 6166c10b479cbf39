import Control
import Foundation
import Testing

/// A folder that is gone after the test, with a short name: sockets' paths are short.
final class ShortFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/roost-test-XXXXXX".utf8CString)
    path = String(cString: try #require(mkdtemp(&template)))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct RuntimeFolderTests {
  private func path(_ environment: [String: String], folders: Set<String> = []) -> String {
    RuntimeFolder.path(environment: { environment[$0] }, user: 7, isFolder: { folders.contains($0) })
  }

  @Test func isFoundByTheEnvironment() {
    let all = ["ROOST_RUNTIME_DIR": "/r", "XDG_RUNTIME_DIR": "/x", "TMPDIR": "/t"]
    #expect(path(all) == "/r")
    #expect(path(["XDG_RUNTIME_DIR": "/x", "TMPDIR": "/t"], folders: ["/run/user/7"]) == "/x/roost")
    #expect(path(["XDG_RUNTIME_DIR": "", "TMPDIR": "/t"], folders: ["/run/user/7"]) == "/run/user/7/roost")
    #expect(path(["TMPDIR": "/t"]) == "/t/roost-7")
    #expect(path([:]) == "/tmp/roost-7")
  }

  @Test func isMadeForThisUserAlone() throws {
    let folder = try ShortFolder()
    let made = try RuntimeFolder(path: folder.path + "/new")
    let attributes = try FileManager.default.attributesOfItem(atPath: made.path)
    #expect(attributes[.posixPermissions] as? Int == 0o700)
    // It may be there already.
    #expect(try RuntimeFolder(path: folder.path + "/new") == made)
  }

  @Test func isNotWhereOthersMayWrite() throws {
    let folder = try ShortFolder()
    chmod(folder.path, 0o777)
    #expect(throws: ControlError.foreignFolder(path: folder.path, reason: "other users may write to it")) {
      try RuntimeFolder(path: folder.path)
    }
  }

  @Test func isNoLinkAndNoFile() throws {
    let folder = try ShortFolder()
    symlink("/tmp", folder.path + "/link")
    #expect(throws: ControlError.self) { try RuntimeFolder(path: folder.path + "/link") }
    try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
    #expect(throws: ControlError.self) { try RuntimeFolder(path: folder.path + "/file") }
    #expect(throws: ControlError.self) { try RuntimeFolder(path: folder.path + "/missing/folder") }
  }

  @Test func aFleetsNameCannotLeaveIt() throws {
    let short = try ShortFolder()
    let folder = try RuntimeFolder(path: short.path)
    for name in ["../x", "", ".hidden", "a/b", String(repeating: "a", count: 64)] {
      #expect(throws: ControlError.badFleetName(name)) { try FleetPlace(fleet: name, in: folder) }
    }
    withExtendedLifetime(short) {}
  }

  @Test func aPathTooLongForASocketIsToldAsSuch() throws {
    let folder = try ShortFolder()
    let long = try RuntimeFolder(path: folder.path + "/" + String(repeating: "x", count: 90))
    #expect(throws: ControlError.self) { try FleetPlace(fleet: "fleet", in: long) }
  }
}

@Suite struct MonitorLockTests {
  private let folder: ShortFolder
  private let place: FleetPlace

  init() throws {
    folder = try ShortFolder()
    place = try FleetPlace(fleet: "fleet", in: RuntimeFolder(path: folder.path))
  }

  @Test func isHeldByOneAlone() throws {
    let lock = try MonitorLock.take(place)
    let listener = try lock.listen()
    #expect(throws: ControlError.alreadyRunning(fleet: "fleet", process: getpid())) { try MonitorLock.take(place) }
    withExtendedLifetime((lock, listener)) {}
  }

  @Test func isFreeAgainWhenItsHolderHasGoneAndAStaleSocketIsNoObstacle() throws {
    do {
      let lock = try MonitorLock.take(place)
      _ = try lock.listen()
      // Gone without having removed its socket, as after kill -9.
    }
    #expect(FileManager.default.fileExists(atPath: place.socket))
    #expect(try UnixSocket.connect(to: place.socket) == nil)
    #expect(throws: ControlError.noMonitor(fleet: "fleet")) { try ControlClient(place) }
    let lock = try MonitorLock.take(place)
    let listener = try lock.listen()
    #expect(try UnixSocket.connect(to: place.socket) != nil)
    withExtendedLifetime(listener) {}
  }

  @Test func theSocketIsForThisUserAlone() throws {
    let lock = try MonitorLock.take(place)
    let listener = try lock.listen()
    let attributes = try FileManager.default.attributesOfItem(atPath: place.socket)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let server = try TestServer(listener: listener)
    #expect(try ControlClient(place).greeting == server.greeting)
    #expect(try RuntimeFolder(path: folder.path).fleets == ["fleet"])
    lock.removeSocket()
    #expect(try RuntimeFolder(path: folder.path).fleets == [])
  }

  @Test func whoWaitsForItsEndSeesIt() throws {
    #expect(MonitorLock.waitUntilFree(place, nanoseconds: 0))
    let lock = try MonitorLock.take(place)
    #expect(!MonitorLock.waitUntilFree(place, nanoseconds: 5_000_000))
    withExtendedLifetime(lock) {}
  }
}
