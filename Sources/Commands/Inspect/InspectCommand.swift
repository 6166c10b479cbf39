import ArgumentParser
import Boards
import GuestImage
import Peripherals
import PlainText
import Snapshots

/// `roost inspect`: tells what an image is, and how it would be booted.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Tell what an image is and how it would be booted, or what is in a snapshot.")

  @Argument(help: ArgumentHelp("The image, or FILE@ADDRESS for a raw binary.", valueName: "file"))
  var file: String

  @OptionGroup var machine: MachineOptions
  @OptionGroup var boot: BootOptions

  @Flag(help: "Write JSON.")
  var json = false

  func run() throws {
    if SnapshotFile.isSnapshot(file) {
      let report = try SnapshotReport(file)
      return try StandardOutput.write((json ? report.json.text : report.lines.joined(separator: "\n")) + "\n")
    }
    let images = try BootImages(boot.description(kernel: file))
    let machine = try VirtMachine(machine.configuration(), console: Silence())
    let plan = Result { () throws(ImageError) in try images.plan(for: machine) }
    let report = ImageReport(images.kernel.image, boot: plan)
    if json { return try StandardOutput.write(JSONValue(report).text + "\n") }
    var text = report.lines.joined(separator: "\n") + "\n"
    if case .success(let plan) = plan { text += Self.placement(plan) }
    try StandardOutput.write(text)
  }

  /// What else is in memory, a line each.
  private static func placement(_ plan: BootPlan) -> String {
    var lines = plan.pieces.map { "\($0.name) at \(hex($0.range.lowerBound))-\(hex($0.range.upperBound - 1))" }
    if let address = plan.deviceTreeAddress { lines.append("the device tree at \(hex(address))") }
    return lines.map { "  loads  \($0)\n" }.joined()
  }
}

/// Where the output of a machine goes that never runs.
final class Silence: ConsoleSink {
  func write(_ byte: UInt8) {}
}
