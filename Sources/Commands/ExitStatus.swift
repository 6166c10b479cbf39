import Boards
import GuestImage
import ISA
import Snapshots
import SystemBus

/// How a command ended, as its exit code says; docs/EXIT-CODES.md explains each.
public enum ExitStatus: Equatable, Sendable {
  /// The command did its work; a guest passed or powered off.
  case passed
  /// The guest reported failure with this code.
  case failed(UInt16)
  case usage
  case badData
  case cannotRead
  case noSuchGuest
  case noMonitor
  case internalError
  case hostResources
  case cannotCreate
  case cannotWrite
  case notNow
  case badProtocol
  case noPermission
  case endedByUser
  case timedOut
  case hung
  /// Ended by this signal.
  case signal(Int32)

  /// 0…255. A guest's failure code stands as it is up to 255; larger ones become 255, and 0, which would look like
  /// success, 1.
  public var code: Int32 {
    switch self {
    case .passed: 0
    case .failed(let code): Int32(min(max(code, 1), 255))
    case .usage: 64
    case .badData: 65
    case .cannotRead: 66
    case .noSuchGuest: 68
    case .noMonitor: 69
    case .internalError: 70
    case .hostResources: 71
    case .cannotCreate: 73
    case .cannotWrite: 74
    case .notNow: 75
    case .badProtocol: 76
    case .noPermission: 77
    case .endedByUser: 123
    case .timedOut: 124
    case .hung: 125
    case .signal(let number): 128 + number
    }
  }

  /// The table in `roost run --help`.
  static let help = """
    EXIT STATUS
      0          the guest passed or powered off
      N          the guest failed with code N (above 255: 255; 0: 1)
      64         wrong use of the command line
      65         a file that cannot be booted, or does not fit
      66         a file that is missing or cannot be read
      70         an internal error
      71         the host has no memory left for the guest
      73         a file that cannot be created
      74         console or trace output that cannot be written
      123        ended by the user with Ctrl-A x
      124        ended by --timeout
      125        the guest hangs: it can never do anything again
      128+N      ended by signal N
    """
}

/// An error that is one line for the user and an exit status.
public protocol ReportedError: Error, CustomStringConvertible {
  var exitStatus: ExitStatus { get }
}

/// What goes wrong on the host's side of a command.
public enum CommandError: ReportedError, Equatable {
  case cannotCreate(file: String, reason: String)
  case cannotWrite(file: String, reason: String)
  case noSymbol(file: String, name: String)
  case noAddress(argument: String, option: String)
  case noSignals(reason: String)
  /// What was named as a kernel goes on, and is not booted.
  case isSnapshot(file: String)
  /// An option asks for another machine than the one that a snapshot is of.
  case otherMachine(file: String, option: String, here: String, there: String)
  case badInputRecord(file: String, line: Int, expected: String)
  /// An option asks about host code, and guest code is only interpreted.
  case noHostCode(option: String)

  public var description: String {
    switch self {
    case .cannotCreate(let file, let reason): "\(file): cannot be created: \(reason)"
    case .cannotWrite(let file, let reason): "\(file): cannot be written: \(reason)"
    case .noSymbol(let file, let name): "\(file): has no symbol '\(name)'; roost inspect tells what is in it"
    case .noAddress(let argument, let option):
      "\(option): '\(argument)' is no address; write a 32-bit number such as 0x80000000"
    case .noSignals(let reason): "signals cannot be caught: \(reason)"
    case .isSnapshot(let file): "\(file): is a snapshot, which goes on with 'roost run --restore \(file)'"
    case .otherMachine(let file, let option, let here, let there):
      "\(file): was saved of a machine with \(option) \(there), which cannot become \(here); leave \(option) out"
    case .badInputRecord(let file, let line, let expected): "\(file):\(line): expected \(expected)"
    case .noHostCode(let option):
      "\(option): there is no host code to tell of: guest code is interpreted, because of --engine or ROOST_ENGINE, or "
        + "because this host has no translator"
    }
  }

  public var exitStatus: ExitStatus {
    switch self {
    case .noSymbol, .badInputRecord, .isSnapshot: .badData
    case .cannotCreate: .cannotCreate
    case .cannotWrite: .cannotWrite
    case .noAddress, .otherMachine, .noHostCode: .usage
    case .noSignals: .internalError
    }
  }
}

extension ImageError: ReportedError {
  public var exitStatus: ExitStatus {
    switch self {
    case .cannotRead, .notARegularFile, .changedWhileRead: .cannotRead
    case .badAddress, .addressMissing, .addressNotAllowed, .badArguments: .usage
    default: .badData
    }
  }
}

extension BootError: ReportedError {
  public var exitStatus: ExitStatus {
    switch self {
    case .image(let error): error.exitStatus
    case .deviceTree: .badData
    }
  }
}

extension SnapshotFileError: ReportedError {
  public var exitStatus: ExitStatus {
    switch self {
    case .cannotOpen(let error): error.exitStatus
    case .notASnapshot, .otherVersion, .truncated, .damaged: .badData
    case .cannotRead: .cannotRead
    case .noMemory: .hostResources
    case .cannotCreate: .cannotCreate
    case .cannotWrite: .cannotWrite
    }
  }
}

extension SnapshotError: ReportedError {
  public var exitStatus: ExitStatus {
    switch self {
    case .memory: .hostResources
    case .state: .badData
    }
  }
}

extension MemoryError: ReportedError {
  public var exitStatus: ExitStatus { .hostResources }
}
