import ArgumentParser
import Foundation
import Monitor
import SystemBus

/// How late a real-time guest wakes up beside busy ones, and how late the host itself wakes a thread.
struct Realtime: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Wake-ups of a real-time guest beside eight busy ones.")
  @OptionGroup var setup: Setup
  @Option(help: "Worker threads.") var workers = 2
  @Option(help: "Busy guests.") var busy = 8
  @Option(help: "The real-time guest's image.") var image = "realtime"

  func run() throws {
    var guest = setup.guest("realtime", image)
    guest.share.latency = .realtime
    let described = [guest] + (0..<busy).map { setup.guest("busy-\($0 + 1)", "busy") }
    let (monitor, guests) = try monitor(described, workers: workers)
    defer { monitor.shutDown() }
    _ = monitor.wait(timeout: 60_000_000_000) { guests[0].lifecycle.isOver }
    let latency = guests[0].statistics.wakeLatency
    print(String(decoding: guests[0].console.recent(), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    print(
      "monitor: \(latency.count) wake-ups, p50 \(us(latency.median)), p99 \(us(latency.p99)), p99.9 \(us(latency.p999)), "
        + "max \(us(latency.maximum))")
    for guest in guests.dropFirst() { try? guest.kill() }
    let host = hostLatency(threads: workers)
    print(
      "host: \(host.count) wake-ups beside \(workers) busy threads, p50 \(us(host.quantile(0.5))), "
        + "p99 \(us(host.quantile(0.99))), p99.9 \(us(host.quantile(0.999))), max \(us(host.maximum))")
  }

  private func us(_ nanoseconds: UInt64) -> String { "\(format(Double(nanoseconds) / 1000, 1)) µs" }

  /// A thread of the same priority that sleeps until each millisecond, while as many others as there are workers compute.
  private func hostLatency(threads: Int) -> LatencyHistogram {
    let end = HostTime.now + 10_000_000_000
    for _ in 0..<threads {
      Thread.detachNewThread {
        var value: UInt64 = 1
        while HostTime.now < end { for _ in 0..<10_000 { value = value &* 6_364_136_223_846_793_005 &+ 1 } }
        if value == 0 { print("") }
      }
    }
    var histogram = LatencyHistogram()
    var due = HostTime.now
    while due < end {
      due += 1_000_000
      let now = HostTime.now
      if due > now {
        var time = timespec(tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
      }
      let woken = HostTime.now
      histogram.record(woken > due ? woken - due : 0)
      if woken > due + 1_000_000 { due = woken }
    }
    return histogram
  }
}
