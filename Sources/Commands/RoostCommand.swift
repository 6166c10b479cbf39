import ArgumentParser

/// The root of the command line.
public struct RoostCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "roost", abstract: "Run RV32 RISC-V machines.",
    discussion: "Boots unmodified kernels on an emulation of QEMU's riscv32 'virt' board.",
    version: "0.1.0",
    subcommands: [
      RunCommand.self, TestCommand.self, InspectCommand.self, DisassembleCommand.self, GuestProcessCommand.self,
    ],
    groupedSubcommands: [
      CommandGroup(
        name: "Fleets",
        subcommands: [
          UpCommand.self, DownCommand.self, ListCommand.self, PsCommand.self, LogsCommand.self, AttachCommand.self,
          StartCommand.self, StopCommand.self, RestartCommand.self, KillCommand.self, PauseCommand.self,
          ResumeCommand.self, ResetCommand.self, SnapshotCommand.self, CloneCommand.self, StatsCommand.self,
          TopCommand.self, MonitorCommand.self,
        ]),
      CommandGroup(name: "Shells", subcommands: [CompletionsCommand.self]),
    ])

  public init() {}

  /// Does what the process's arguments say, and ends the process.
  public static func start() -> Never {
    HostProcess.openStandardFiles()
    HostProcess.ignoreFileSizeSignal()
    HostProcess.end(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Does what `arguments` say, telling of errors on standard error in one line each.
  /// - Returns: the exit code; see `ExitStatus`.
  public static func run(_ arguments: [String]) -> Int32 {
    do {
      do {
        var command = try parseAsRoot(arguments)
        try command.run()
      } catch  where !(error is ExitCode) && exitCode(for: error) == .success {
        // Help and the version, which the argument parser has to say.
        try StandardOutput.write(fullMessage(for: error) + "\n")
      }
      return ExitStatus.passed.code
    } catch let error as any ReportedError {
      StandardError.report("\(error)")
      return error.exitStatus.code
    } catch let error as ExitCode {
      return error.rawValue
    } catch {
      return report(error)
    }
  }

  /// A mistake in how it was called, in one line on standard error.
  private static func report(_ error: any Error) -> Int32 {
    let words = message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
    StandardError.report("\(words); 'roost --help' and 'roost run --help' tell how to write it")
    return ExitStatus.usage.code
  }
}
