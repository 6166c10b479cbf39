import ArgumentParser

/// The root of the command line.
public struct RoostCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "roost", abstract: "Run RV32 RISC-V machines.", subcommands: [Run.self])

  public init() {}
}
