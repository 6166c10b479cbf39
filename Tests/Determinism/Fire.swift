import Foundation

/// Processes that do nothing but keep the host's cores busy.
final class Fire {
  private var processes: [Process] = []

  init(processes count: Int) throws {
    for _ in 0..<count {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      // They end with this process, however it ends.
      process.arguments = [
        "-c", "while kill -0 \(getpid()); do i=0; while [ $i -lt 1000000 ]; do i=$((i + 1)); done; done",
      ]
      process.standardError = FileHandle.nullDevice
      try process.run()
      processes.append(process)
    }
  }

  func putOut() {
    for process in processes { process.terminate() }
    processes = []
  }
}
