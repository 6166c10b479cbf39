import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock for threads that also wait for each other.
package final class HostLock: @unchecked Sendable {
  fileprivate let mutex: UnsafeMutablePointer<pthread_mutex_t>

  package init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  package func lock() { pthread_mutex_lock(mutex) }
  package func unlock() { pthread_mutex_unlock(mutex) }

  package func withLock<Result: ~Copyable, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    lock()
    defer { unlock() }
    return try body()
  }
}

/// What threads that hold a `HostLock` wait for.
package final class HostCondition: @unchecked Sendable {
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  package init() {
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    #if canImport(Darwin)
      pthread_cond_init(condition, nil)
    #else
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(condition, &attributes)
      pthread_condattr_destroy(&attributes)
    #endif
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
  }

  package func signal() { pthread_cond_signal(condition) }
  package func broadcast() { pthread_cond_broadcast(condition) }

  /// Lets go of `lock`, which the caller holds, until signalled, or until `deadline` as `HostTime.now`
  /// (`UInt64.max`: for ever). May come back earlier.
  package func wait(_ lock: HostLock, until deadline: UInt64 = .max) {
    guard deadline != .max else {
      pthread_cond_wait(condition, lock.mutex)
      return
    }
    #if canImport(Darwin)
      let now = HostTime.now
      var time = Self.timespec(deadline > now ? deadline - now : 0)
      pthread_cond_timedwait_relative_np(condition, lock.mutex, &time)
    #else
      var time = Self.timespec(deadline)
      pthread_cond_timedwait(condition, lock.mutex, &time)
    #endif
  }

  private static func timespec(_ nanoseconds: UInt64) -> timespec {
    var time = Self.zero
    time.tv_sec = Int(nanoseconds / 1_000_000_000)
    time.tv_nsec = Int(nanoseconds % 1_000_000_000)
    return time
  }

  private static var zero: timespec { .init() }
}
