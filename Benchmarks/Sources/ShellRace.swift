/// A command line at Linux's prompt.
struct ShellCommand {
  var title: String
  /// What has to be done first, which takes no part in the time.
  var preparation: String?
  var line: String

  static let all = [
    ShellCommand(
      title: "a loop that starts 500 processes",
      line: "i=0; while [ $i -lt 500 ]; do busybox true; i=$((i+1)); done"),
    ShellCommand(
      title: "dd | md5sum of 64 MiB", line: "dd if=/dev/zero bs=1M count=64 2>/dev/null | md5sum"),
    ShellCommand(
      title: "gzip of 16 MiB",
      preparation: "while cat /bin/busybox; do :; done 2>/dev/null | head -c 16777216 >/data",
      line: "gzip -c </data | wc -c"),
  ]
}

enum ShellRaceError: Error, CustomStringConvertible {
  case silent(name: String, line: String, output: String)
  case unlike(title: String, answers: [String])

  var description: String {
    switch self {
    case .silent(let name, let line, let output): "\(name): no end of \"\(line)\"; last output:\n\(output)"
    case .unlike(let title, let answers): "\(title): not all answers are the same: \(answers)"
    }
  }
}

/// Types every command to Linux on every runner in turn, so many rounds over, each round in a machine of its own. The time
/// of a command is from when its line is typed until its answer has appeared.
func raceShell(
  _ runners: [BootRunner], prompt: String, rounds: Int, clock: Clock, progress: (String) -> Void
) throws -> [BootRace] {
  var times = ShellCommand.all.map { _ in [[Double]](repeating: [], count: runners.count) }
  var answers = ShellCommand.all.map { _ in Set<String>() }
  for round in 1...rounds {
    for (index, runner) in runners.enumerated() {
      progress("round \(round) of \(rounds): Linux's shell, \(runner.name)")
      let shell = try Shell(runner, prompt: prompt, clock: clock)
      for (number, command) in ShellCommand.all.enumerated() {
        if let preparation = command.preparation { _ = try shell.run(preparation) }
        let (seconds, answer) = try shell.run(command.line)
        times[number][index].append(seconds)
        answers[number].insert(answer)
      }
    }
  }
  for (command, given) in zip(ShellCommand.all, answers) where given.count > 1 {
    throw ShellRaceError.unlike(title: command.title, answers: given.sorted())
  }
  return zip(ShellCommand.all, times).map { command, times in
    BootRace(title: command.title, runners, times: times)
  }
}

/// The shell of a Linux that has come up.
private final class Shell {
  private let runner: BootRunner
  private let prompt: String
  private let clock: Clock
  private let console: Conversation

  init(_ runner: BootRunner, prompt: String, clock: Clock) throws {
    (self.runner, self.prompt, self.clock) = (runner, prompt, clock)
    console = try Conversation(runner.invocation)
    try hear(prompt, after: "the boot")
  }

  /// How long a command takes, and what it says.
  func run(_ line: String) throws -> (seconds: Double, answer: String) {
    // The shell computes the words, so that the line's own echo does not hold them.
    let start = console.seconds(on: clock)
    console.type("echo begin-$((6*7)); \(line); echo end-$((6*7))")
    try hear("begin-42", after: line)
    let answer = try hear("end-42", after: line)
    let seconds = console.seconds(on: clock) - start
    try hear(prompt, after: line)
    return (seconds, answer.split(whereSeparator: \.isWhitespace).joined(separator: " "))
  }

  @discardableResult
  private func hear(_ text: String, after line: String) throws -> String {
    guard let before = console.hear(text, within: 300) else {
      throw ShellRaceError.silent(name: runner.name, line: line, output: console.lastWords)
    }
    return before
  }
}
