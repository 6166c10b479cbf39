extension TestPlan {
  /// The name of the folder for what tells more of a case: its file's and its own, with `_` for what names of files cannot
  /// have.
  public func artifactName(of testCase: Int) -> String {
    let one = cases[testCase]
    let file = files[one.file].path.split(separator: "/").last ?? ""
    let stem = file.split(separator: ".", omittingEmptySubsequences: false).dropLast().joined(separator: ".")
    let name = "\(stem.isEmpty ? String(file) : stem).\(one.name)".unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      return isPlain || ".-_=,".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
    }
    return String(name.prefix(180))
  }
}
