import Fleet
import Foundation
import Testing
import YAMLReading

@Suite struct FleetFileTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/fleet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func message(_ path: String) -> String? {
    #expect(throws: YAMLErrors.self) { try FleetFile.load(path: path) }?.description
  }

  @Test func readsAFile() throws {
    try inFolder { folder in
      try write("guests: {a: {image: x}}", to: folder + "/my.yaml")
      let fleet = try FleetFile.load(path: folder + "/my.yaml")
      #expect(fleet.path == folder + "/my.yaml")
      #expect(fleet.guests[0].boot.kernel == folder + "/x")
    }
  }

  @Test func looksInAFolder() throws {
    try inFolder { folder in
      #expect(message(folder) == "\(folder): there is no fleet.yaml or fleet.yml; write one, or name the fleet file")
      try write("name: second\nguests: {a: {image: x}}", to: folder + "/fleet.yml")
      #expect(try FleetFile.load(path: folder).name == "second")
      try write("name: first\nguests: {a: {image: x}}", to: folder + "/fleet.yaml")
      #expect(try FleetFile.load(path: folder).name == "first")
      #expect(try FleetFile.load(path: folder + "/").path == folder + "/fleet.yaml")
    }
  }

  @Test func saysWhyAFileCannotBeRead() throws {
    try inFolder { folder in
      #expect(message(folder + "/none") == "\(folder)/none: cannot be read: No such file or directory")
      #expect(message("/dev/null") == "/dev/null: is a device; give a regular file")
      try write("", to: folder + "/empty")
      #expect(message(folder + "/empty") == "\(folder)/empty:1:1: a fleet needs the key 'guests'")
      try write(String(repeating: "#", count: 1 << 20 + 1), to: folder + "/large")
      #expect(message(folder + "/large")?.hasPrefix("\(folder)/large: is ") == true)
    }
  }
}
