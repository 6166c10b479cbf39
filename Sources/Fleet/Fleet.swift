import Monitor
import YAMLReading

/// Guests that are run together, as a fleet file describes them. docs/FLEET.md tells how to write one.
public struct Fleet: Codable, Equatable, Sendable {
  /// As valid as a guest's name.
  public var name: String
  /// Of the file it is from, as the user named it.
  public var path: String
  /// Worker threads; nil for one for each core.
  public var workers: Int?
  /// Bytes that all guests may have together; nil for what the monitor allows.
  public var memoryLimit: UInt64?
  /// In the order of the file. Their paths are absolute, their names differ, their dependencies are among them and form
  /// no circle.
  public var guests: [GuestDescription]

  /// Bytes that a fleet file may have.
  public static let sizeLimit = YAMLFile.sizeLimit

  /// Reads the text of a fleet file.
  /// - Parameters:
  ///   - yaml: UTF-8, at most `sizeLimit` bytes.
  ///   - path: Of the file; relative paths in it start from its folder. The file itself is not touched.
  /// - Throws: Everything that is wrong with it.
  public init(
    yaml: some Collection<UInt8>, path: String, environment: Environment = .process
  ) throws(YAMLErrors) {
    try YAMLFile.checkSize(yaml.count, path: path)
    let reading = Reading(file: path, folder: YAMLFile.folder(of: path), environment: environment)
    let fleet = Self.read(Array(yaml), reading)
    if let failure = reading.failure { throw failure }
    self = fleet
  }

  private static func read(_ bytes: [UInt8], _ reading: Reading) -> Fleet {
    var draft = FleetDraft()
    do throws(Flaw) {
      if let root = try YAMLDocument.read(bytes[...], reading) {
        KeyTable.fleet.read(root, into: &draft, reading)
        if draft.guests == nil, case .mapping = root.content, root["guests"] == nil {
          reading.report(.missingKey(key: "guests", owner: KeyTable.fleet.owner), at: root.position)
        }
      } else {
        reading.report(.missingKey(key: "guests", owner: KeyTable.fleet.owner), at: TextPosition())
      }
    } catch {
      reading.report(error)
    }
    var assembly = Assembly(reading: reading, workers: draft.workers)
    if let guests = draft.guests { assembly.read(guests, defaults: draft.defaults) }
    return Fleet(
      name: draft.name ?? FleetFile.name(forFolder: reading.folder), path: reading.file, workers: draft.workers,
      memoryLimit: draft.memoryLimit, guests: assembly.finish())
  }

  private init(name: String, path: String, workers: Int?, memoryLimit: UInt64?, guests: [GuestDescription]) {
    self.name = name
    self.path = path
    self.workers = workers
    self.memoryLimit = memoryLimit
    self.guests = guests
  }
}
