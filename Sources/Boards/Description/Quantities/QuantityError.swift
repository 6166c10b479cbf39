/// What is wrong with a quantity as the user wrote it; whoever reports it puts the name of the option or key before it.
package enum QuantityError: Error, Equatable, CustomStringConvertible {
  case notASize
  case sizeTooLarge
  case memoryOutOfRange(ByteSize)
  case memoryNotInPages(ByteSize)
  case notATime
  case timeOutOfRange
  case notARate
  case rateOutOfRange

  package var description: String {
    switch self {
    case .notASize: "expected a number of bytes, or of K, M or G (1024, 1024² or 1024³ bytes), such as 128M"
    case .sizeTooLarge: "expected at most \(MemoryLimits.highest)"
    case .memoryOutOfRange(let size):
      "\(size) is not between \(MemoryLimits.lowest) and \(MemoryLimits.highest) of RAM"
    case .memoryNotInPages(let size):
      "\(size) bytes are not a multiple of \(MemoryLimits.page) (one page is 4096 bytes)"
    case .notATime: "expected a whole number and a unit, such as 500ms, 30s, 5m or 1h"
    case .timeOutOfRange: "expected at least 1ms and at most a year"
    case .notARate: "expected a number of MIPS (a million instructions a second), such as 100, 62.5MIPS or 2GIPS"
    case .rateOutOfRange: "expected a whole number of instructions a second, from 1 MIPS to 100 GIPS"
    }
  }
}
