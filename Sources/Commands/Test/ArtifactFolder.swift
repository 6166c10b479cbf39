import Scenarios

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where files that tell more of failures go: a folder for each case that failed.
struct ArtifactFolder {
  let path: String

  /// Writes what is known of a failure.
  /// - Returns: the paths of the files.
  func write(_ result: TestResult, _ summary: TestSummary) throws(CommandError) -> [String] {
    guard case .failed(let failure) = result.verdict else { return result.artifacts }
    let folder = "\(path)/\(summary.plan.artifactName(of: result.testCase))"
    for place in [path, folder] where mkdir(place, 0o777) != 0 && errno != EEXIST {
      throw .cannotCreate(file: place, reason: hostErrorText(errno))
    }
    var files = result.artifacts
    let text = summary.explanation(of: failure, result.testCase).map { $0 + "\n" }.joined()
    files.append(try write(Array(text.utf8), "report.txt", folder))
    for guest in failure.guests where !guest.console.isEmpty {
      files.append(try write(guest.console, "console-\(guest.guest).txt", folder))
    }
    for guest in failure.guests where !guest.instructions.isEmpty {
      let trace = guest.instructions.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
      files.append(try write(Array(trace.utf8), "instructions-\(guest.guest).txt", folder))
    }
    return files
  }

  private func write(_ bytes: [UInt8], _ name: String, _ folder: String) throws(CommandError) -> String {
    let file = "\(folder)/\(name)"
    try OutputFile.write(bytes, to: file)
    return file
  }
}
