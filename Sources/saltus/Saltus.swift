import ArgumentParser

/// The command line. Each command is one file; it only reads arguments, calls the libraries and prints.
@main
struct Saltus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "saltus",
    abstract: "One-step generative models for time series: robot actions from noise in one or two network calls.",
    discussion: """
      EXAMPLES:
        saltus evaluate bundled:pusht --episodes 50 --steps 1 --gif pusht.gif
        saltus data describe pusht_cchi_v7_replay.zarr
        saltus train policy --data pusht_cchi_v7_replay.zarr --out runs/pusht --set steps=2000
        saltus plot runs/pusht/metrics.jsonl -o loss.png

      'saltus help COMMAND' explains a command.
      """,
    subcommands: [
      Train.self, Evaluate.self, Compare.self, Modes.self, SearchSigmas.self, Lora.self, Act.self, Control.self,
      Speak.self, EditCommand.self, Vocode.self, Align.self, Record.self, DataCommand.self, Inspect.self,
      BundleCommand.self, Plot.self, Bench.self,
    ])

  /// As ArgumentParser's, and ranks begin and end together.
  static func main() {
    do {
      var command = try parseAsRoot()
      try Ranks.check(command)
      try command.run()
    } catch {
      Ranks.end(error)
    }
    Ranks.finish()
  }
}
