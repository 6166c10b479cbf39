import Fleet
import Monitor
import Testing
import YAMLReading

/// Reads a fleet file that is in /fleets/demo.
func fleet(_ yaml: String, _ environment: Environment = [:]) throws(YAMLErrors) -> Fleet {
  try Fleet(yaml: yaml.utf8, path: "/fleets/demo/fleet.yaml", environment: environment)
}

/// The only guest of a fleet that says `keys` of it, and that its image is `a.elf`.
func guest(_ keys: String, _ environment: Environment = [:]) throws -> GuestDescription {
  let lines = keys.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)\n" }.joined()
  let guests = try fleet("guests:\n  a:\n    image: a.elf\n\(lines)", environment).guests
  try #require(guests.count == 1)
  return guests[0]
}

/// What is wrong with a fleet file, a line each, without the name of the file.
func errors(_ yaml: String, _ environment: Environment = [:]) throws -> [String] {
  let errors = try #require(throws: YAMLErrors.self) { try fleet(yaml, environment) }
  return errors.description.split(separator: "\n").map { String($0).replacing("/fleets/demo/fleet.yaml:", with: "") }
}

/// What is wrong with a guest that has these keys below its image.
func guestErrors(_ keys: String, _ environment: Environment = [:]) throws -> [String] {
  let lines = keys.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)\n" }.joined()
  return try errors("guests:\n  a:\n    image: a.elf\n\(lines)", environment)
}
