import ArgumentParser

/// `roost completions`: what a shell needs to complete command lines.
struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions", abstract: "Write a shell's completion script.",
    discussion: """
      bash:  roost completions bash > ~/.local/share/bash-completion/completions/roost
      zsh:   roost completions zsh > a folder of $fpath/_roost
      fish:  roost completions fish > ~/.config/fish/completions/roost.fish
      """)

  @Argument(help: "bash, zsh or fish.", completion: .list(["bash", "zsh", "fish"]), transform: Self.shell)
  var shell: CompletionShell

  private static func shell(_ name: String) throws -> CompletionShell {
    guard let shell = CompletionShell(rawValue: name) else { throw ValidationError("expected bash, zsh or fish") }
    return shell
  }

  func run() throws { try StandardOutput.write(RoostCommand.completionScript(for: shell) + "\n") }
}
