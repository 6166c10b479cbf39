import Boards
import Diagnosis
import SystemBus

/// A machine that is ready to run, and what is known of it.
struct RunMachine {
  var machine: VirtMachine
  var symbols = SymbolMap()
  /// Typed before, and not read yet.
  var typed: [UInt8] = []
  /// What it was booted from, for people.
  var origin: String
}
