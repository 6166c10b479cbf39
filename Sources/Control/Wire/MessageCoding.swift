#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Messages as bytes.
enum MessageCoding {
  static func frame(_ message: some Encodable) throws(ControlError) -> Frame {
    do {
      return .message(Array(try JSONEncoder().encode(message)))
    } catch {
      throw .badMessage("\(error)")
    }
  }

  static func decode<Message: Decodable>(_ type: Message.Type, from bytes: [UInt8]) throws(ControlError) -> Message {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw .badMessage("it is not one of version \(ControlProtocol.version)")
    }
  }
}

/// JSON for people and scripts: keys in order, one value a line.
public func jsonText(_ value: some Encodable, pretty: Bool = true) throws(ControlError) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting =
    pretty ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
  do {
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  } catch {
    throw .badMessage("\(error)")
  }
}
