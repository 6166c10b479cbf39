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

  /// Writes what is known of a failure, as far as it can be written.
  /// - Returns: the paths of the files, and why others are not there.
  func write(_ result: TestResult, _ summary: TestSummary) -> (files: [String], problems: [CommandError]) {
    guard case .failed(let failure) = result.verdict else { return (result.artifacts, []) }
    let folder = "\(path)/\(summary.plan.artifactName(of: result.testCase))"
    do throws(CommandError) {
      try make(folder)
    } catch {
      return (result.artifacts, [error])
    }
    let text = summary.explanation(of: failure, result.testCase).map { $0 + "\n" }.joined()
    var contents = [(name: "report.txt", bytes: Array(text.utf8))]
    for guest in failure.guests where !guest.console.isEmpty {
      contents.append(("console-\(guest.guest).txt", guest.console))
    }
    for guest in failure.guests where !guest.instructions.isEmpty {
      let trace = guest.instructions.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
      contents.append(("instructions-\(guest.guest).txt", Array(trace.utf8)))
    }
    var files = result.artifacts
    var problems: [CommandError] = []
    for content in contents {
      let file = "\(folder)/\(content.name)"
      do throws(CommandError) {
        try OutputFile.write(content.bytes, to: file)
        files.append(file)
      } catch {
        problems.append(error)
      }
    }
    return (files, problems)
  }

  /// Makes a folder and those that it is in, as far as they are not there.
  private func make(_ folder: String) throws(CommandError) {
    var place = ""
    var problem: CommandError?
    var isThere = true
    for part in folder.split(separator: "/") {
      if !place.isEmpty || folder.hasPrefix("/") { place += "/" }
      place += part
      let number = mkdir(place, 0o777) == 0 ? 0 : errno
      isThere = number == 0 || number == EEXIST
      // Outer folders may be there although they can be neither made nor seen: the last one decides.
      if !isThere, problem == nil { problem = .cannotCreate(file: place, reason: hostErrorText(number)) }
    }
    if !isThere, let problem { throw problem }
  }
}
