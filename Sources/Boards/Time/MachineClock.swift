import SystemBus

/// The time source of a whole machine, which saves and restores itself with it.
protocol MachineClock: TimeSource {
  func save(to encoder: inout StateEncoder)
  func restore(from decoder: inout StateDecoder) throws(StateError)
}
