#if os(Linux)
  import Glibc

  /// The thread that makes all children. The kernel ends a child with the *thread* that made it, so this one lasts as long
  /// as there is anybody to make children for.
  final class Nursery: @unchecked Sendable {
    /// What the thread and its customers share.
    private final class Queue: @unchecked Sendable {
      private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
      private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
      private var jobs: [() -> Void] = []
      private var isOver = false

      init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
      }

      deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
      }

      private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
      }

      func serve() {
        while let job = next() { job() }
      }

      private func next() -> (() -> Void)? {
        locked {
          while jobs.isEmpty, !isOver { pthread_cond_wait(changed, mutex) }
          return jobs.isEmpty ? nil : jobs.removeFirst()
        }
      }

      func perform<Result>(_ work: @escaping () -> Result) -> Result {
        var result: Result?
        return locked {
          jobs.append {
            let value = work()
            self.locked {
              result = value
              pthread_cond_broadcast(self.changed)
            }
          }
          pthread_cond_broadcast(changed)
          while true {
            if let result { return result }
            pthread_cond_wait(changed, mutex)
          }
        }
      }

      func close() {
        locked {
          isOver = true
          pthread_cond_broadcast(changed)
        }
      }
    }

    private let queue = Queue()
    private var thread = pthread_t()

    init() throws(SandboxError) {
      let context = Unmanaged.passRetained(queue)
      let failure = pthread_create(
        &thread, nil,
        { context in
          if let context { Unmanaged<Queue>.fromOpaque(context).takeRetainedValue().serve() }
          return nil
        }, context.toOpaque())
      guard failure == 0 else {
        context.release()
        throw .noResources(what: "thread", reason: errnoText(failure))
      }
    }

    deinit {
      queue.close()
      pthread_join(thread, nil)
    }

    /// Does something on the thread, and waits for it.
    func perform<Result>(_ work: @escaping () -> Result) -> Result { queue.perform(work) }
  }
#endif
