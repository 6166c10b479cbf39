import GuestImage
import ISA
import PlainText

// How the files and the harts of a machine are written.

extension ValueType where Value == String {
  /// A file, whose path may start from the folder of the YAML file.
  package static var path: Self {
    Self("a file", schema: .text(pattern: ".")) { text, reading throws(Complaint) in
      guard !text.isEmpty else { throw .unexpected }
      return reading.absolute(text)
    }
  }

  /// `FILE` or `FILE@ADDRESS`.
  package static var image: Self {
    Self("a file, or FILE@ADDRESS", schema: .text(pattern: ".")) { text, reading throws(Complaint) in
      guard !text.isEmpty else { throw .unexpected }
      do throws(ImageError) { _ = try ImageArgument(text) } catch { throw .because("\(error)") }
      return reading.absolute(text)
    }
  }

  package static var firmware: Self {
    Self("none, builtin, or a file", schema: .text(pattern: ".")) { text, reading throws(Complaint) in
      guard !text.isEmpty else { throw .unexpected }
      return text == "none" || text == "builtin" ? text : reading.absolute(text)
    }
  }

  package static var isa: Self {
    Self("an ISA string such as rv32imac_zicsr", schema: .text(pattern: "^[Rr][Vv]32")) { text, _ throws(Complaint) in
      do throws(ISAError) { _ = try ISAConfiguration(parsing: text) } catch { throw .because("\(error)") }
      return text
    }
  }
}
