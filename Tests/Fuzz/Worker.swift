import Foundation

/// The number of the case a worker is at, in a file that outlives it.
struct ProgressFile {
  private let cell: UnsafeMutablePointer<UInt64>

  init(path: String) throws {
    let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
    guard descriptor >= 0, ftruncate(descriptor, 4096) == 0,
      let memory = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
    else { throw BrokenPromise(description: "cannot make the progress file \(path)") }
    close(descriptor)
    cell = memory.assumingMemoryBound(to: UInt64.self)
  }

  var number: UInt64 {
    get { cell.pointee }
    nonmutating set { cell.pointee = newValue }
  }
}

/// Runs cases one after the other until it is ended, or until one does not end well.
struct Worker {
  let target: FuzzTarget
  let seed: UInt64
  let progress: String

  func run(from first: UInt64) throws {
    let file = try ProgressFile(path: progress)
    var number = first
    while true {
      file.number = number
      try target.run(seed: seed, number: number)
      number += 1
    }
  }
}
