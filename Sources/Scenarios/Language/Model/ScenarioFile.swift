import YAMLReading

/// The scenarios of a file; docs/SCENARIOS.md tells how to write one.
public struct ScenarioFile: Equatable, Sendable {
  /// As the user named it.
  public var path: String
  /// In the order of the file. What one starts from may come later; there are no circles.
  public var scenarios: [Scenario]

  /// Bytes that a file may have.
  public static let sizeLimit = YAMLFile.sizeLimit
  /// Steps that a file may have, and cases that a scenario may be.
  package static let stepLimit = 10_000
  /// Cases that a file may have.
  package static let caseLimit = 100_000

  /// Reads the text of a scenario file.
  /// - Parameters:
  ///   - yaml: UTF-8, at most `sizeLimit` bytes.
  ///   - path: Of the file; relative paths in it start from its folder. The file itself is not touched.
  /// - Throws: Everything that is wrong with it.
  public init(
    yaml: some Collection<UInt8>, path: String, environment: Environment = .process
  ) throws(YAMLErrors) {
    try YAMLFile.checkSize(yaml.count, path: path)
    let reading = Reading(file: path, folder: YAMLFile.folder(of: path), environment: environment)
    var draft = FileDraft()
    do throws(Flaw) {
      if let root = try YAMLDocument.read(Array(yaml)[...], reading) {
        KeyTable.file.read(root, into: &draft, reading)
        if case .mapping = root.content, root["scenarios"] == nil {
          reading.report(.missingKey(key: "scenarios", owner: KeyTable.file.owner), at: root.position)
        }
      } else {
        reading.report(.missingKey(key: "scenarios", owner: KeyTable.file.owner), at: TextPosition())
      }
    } catch {
      reading.report(error)
    }
    var assembly = ScenarioAssembly(reading: reading)
    let scenarios = assembly.scenarios(of: draft)
    if let failure = reading.failure { throw failure }
    self.path = path
    self.scenarios = scenarios
  }

  /// Reads the file at `path`.
  public static func load(path: String, environment: Environment = .process) throws(YAMLErrors) -> ScenarioFile {
    try ScenarioFile(yaml: YAMLFile.load(path: path), path: path, environment: environment)
  }

  /// The number of the scenario of this name.
  public func index(of name: String) -> Int? { scenarios.firstIndex { $0.name == name } }
}
