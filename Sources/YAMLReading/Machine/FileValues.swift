import Boards
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

extension ValueType where Value == ClockRate {
  package static var clockRate: Self {
    let number = JSONValue.object([("type", .string("number")), ("minimum", .number(1)), ("maximum", .number(100_000))])
    let schema = JSONValue.anyOf([number, .text(pattern: "^[0-9]+([.][0-9]+)? *([MmGg][Ii][Pp][Ss])?$")])
    return Self("a speed from 1MIPS to 100GIPS, such as 62.5MIPS", schema: schema) { text, _ throws(Complaint) in
      do throws(QuantityError) { return try ClockRate(parsing: text) } catch { throw .unexpected }
    }
  }
}
