import ArgumentParser
import PolicyTraining
import Reporting

/// `saltus train autoencoder`.
struct TrainAutoencoder: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "autoencoder",
    abstract: "Train a temporal autoencoder of action chunks, for policies in its latent space.",
    discussion: """
      The first stage of a latent consistency model: strided convolutions take chunks of actions to a shorter sequence of
      latents and back. Policies are then trained with --autoencoder on latents, and decode what they draw; their checkpoints
      hold the autoencoder. Held-out losses in metrics.jsonl are the mean square of what encoding and decoding change,
      actions being scaled to [-1, 1]. Ctrl-C saves; --resume continues bit for bit.

      Keys: steps, batchSize, learningRate, widths, latentChannels, kernel, latentNoise, latentWeight, horizon, … A wrong key
      is answered with the nearest right one.

      EXAMPLES:
        saltus train autoencoder --data pusht_cchi_v7_replay.zarr --out runs/autoencoder --set steps=4000
        saltus train policy --data pusht_cchi_v7_replay.zarr --out runs/teacher --set objective=edm \\
          --set objective.conditionDropout=0.1 --autoencoder runs/autoencoder/last.safetensors
        saltus train policy --data pusht_cchi_v7_replay.zarr --out runs/lcm --set objective=lcm \\
          --teacher runs/teacher/last.safetensors
      """)

  @Option(help: ArgumentHelp("Demonstrations: Zarr folder or .zip, or .npz.", valueName: "PATH"))
  var data: String

  @Option(help: ArgumentHelp("Directory of checkpoints and metrics.jsonl.", valueName: "DIR"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "Train on the demonstrations seen through this world's symmetries, too: also mirrored.", valueName: "world"
    ))
  var symmetriesOf: SimulatedWorld?

  @Flag(help: "Continue the run in --out.")
  var resume = false

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var threadOptions: ThreadOptions

  func run() throws {
    let configuration = try options.load(defaults: AutoencoderTrainingConfiguration())
    Interrupt.install()
    try TrainingCommand.run(
      configuration, data: data, out: out, symmetriesOf: symmetriesOf, threads: threadOptions.threads, resume: resume,
      label: "train")
  }
}
