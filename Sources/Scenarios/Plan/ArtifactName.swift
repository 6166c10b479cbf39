extension TestPlan {
  /// The name of the folder for what tells more of a case: its file's and its own, with `_` for what names of files
  /// cannot have. Where several cases would have the same, a hash tells them apart.
  public func artifactName(of testCase: Int) -> String {
    let name = plainArtifactName(of: testCase)
    guard ambiguous.contains(testCase) else { return name }
    let one = cases[testCase]
    var hash = ContentHash()
    hash.add("\(files[one.file].path):\(one.name)")
    return "\(name)-\(hash.text.prefix(12))"
  }

  /// The cases whose names alone do not tell their folders apart, where capitals are the same as small letters.
  func casesOfTheSameName() -> Set<Int> {
    let byName = Dictionary(grouping: cases.indices) { plainArtifactName(of: $0).lowercased() }
    return Set(byName.values.filter { $0.count > 1 }.joined())
  }

  private func plainArtifactName(of testCase: Int) -> String {
    let one = cases[testCase]
    let file = files[one.file].path.split(separator: "/").last ?? ""
    let stem = file.split(separator: ".", omittingEmptySubsequences: false).dropLast().joined(separator: ".")
    let full = "\(stem.isEmpty ? String(file) : stem).\(one.name)"
    let name = full.unicodeScalars.prefix(180).map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      return isPlain || ".-_=,".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
    }
    return String(name)
  }
}
