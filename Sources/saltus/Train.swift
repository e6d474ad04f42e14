import ArgumentParser
import Communication
import Consistency
import Foundation
import PolicyHead
import PolicyTraining
import Reporting
import Training

/// `saltus train`: offline training.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network on recorded data.",
    subcommands: [TrainPolicy.self, TrainAutoencoder.self, TrainRecipe.self, TrainSpeech.self])
}

/// `saltus train policy`.
struct TrainPolicy: SharedByRanks {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Train a policy on recorded demonstrations.",
    discussion: """
      A teacher is trained with objective=edm; a one-step student is tuned from it with objective=ect --start TEACHER, or
      distilled with objective=cd --teacher TEACHER. With --autoencoder the teacher lives in a latent space, and so do the
      students that start from it. Ctrl-C saves; --resume continues bit for bit.

      With a build for MPI (make mpi), mpirun -np N starts N ranks that share every batch, on one machine or several: the
      numbers are those of one rank, to rounding. Rank 0 writes --out; each reads --data. --resume takes any N.

      Keys: steps, batchSize, learningRate, seed, objective, checkpointEvery, widths, horizon, actionSteps, … A wrong key
      is answered with the nearest right one. Settings of an objective: --set objective=ect --set objective.q=4.

      EXAMPLES:
        saltus train policy --data pusht_cchi_v7_replay.zarr --out runs/teacher --set objective=edm --set steps=14000
        saltus train policy --data pusht_cchi_v7_replay.zarr --out runs/student --set objective=ect \\
          --start runs/teacher/last.safetensors
        saltus train policy --data pusht_cchi_v7_replay.zarr --out runs/student --set objective=ect \\
          --start runs/teacher/last.safetensors --resume
        mpirun -np 4 --hostfile machines saltus train policy --data pusht_cchi_v7_replay.zarr --out runs/teacher
      """)

  @Option(help: ArgumentHelp("Demonstrations: Zarr folder or .zip, or .npz.", valueName: "PATH"))
  var data: String

  @Option(help: ArgumentHelp("Directory of checkpoints and metrics.jsonl.", valueName: "DIR"))
  var out: String

  @Option(help: ArgumentHelp("Start from this checkpoint's averaged weights.", valueName: "CHECKPOINT"))
  var start: String?

  @Option(help: ArgumentHelp("The frozen teacher, where the objective needs one.", valueName: "CHECKPOINT"))
  var teacher: String?

  @Option(
    help: ArgumentHelp(
      "Train in the latent space of this autoencoder; a start or a teacher brings its own.", valueName: "CHECKPOINT"))
  var autoencoder: String?

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
    let configuration = try options.load(defaults: PolicyTrainingConfiguration())
    Interrupt.install()
    try TrainingCommand.run(
      configuration, data: data, out: out, start: start, teacher: teacher, autoencoder: autoencoder,
      symmetriesOf: symmetriesOf, threads: threadOptions.threads, resume: resume, label: "train")
  }
}

/// One training run with progress on standard error: what `train policy`, `train autoencoder` and the stages of `train
/// recipe` do.
enum TrainingCommand {
  /// Of a policy.
  static func run(
    _ configuration: PolicyTrainingConfiguration, data: String, out: String, start: String?, teacher: String?,
    autoencoder: String? = nil, symmetriesOf world: SimulatedWorld?, threads: Int, resume: Bool, label: String
  ) throws {
    let run = try PolicyTrainer(
      configuration, data: URL(filePath: data), output: URL(filePath: out), start: start.map(PolicyArguments.load),
      teacher: teacher.map(PolicyArguments.load),
      autoencoder: autoencoder.map { try AutoencoderCheckpoint(contentsOf: URL(filePath: $0)) },
      symmetries: world?.symmetries ?? [], communicator: Ranks.communicator, threads: threads, resume: resume)
    for remark in run.dataRemarks { note("warning: \(remark)") }
    let windows = "\(run.trainingWindows.count) windows, \(run.heldOutWindows?.count ?? 0) held out"
    let ranks = Ranks.communicator.size == 1 ? "" : ", \(Ranks.communicator.size) ranks"
    let sigmaData = run.description.parameterisation.preconditioning.sigmaData
    note("\(label): \(windows), sigma_data \(sigmaData), \(run.trainer.optimizer.weights.count) parameters\(ranks)")
    if let latent = run.description.latent {
      let error = String(format: "%.2g", latent.reconstructionError)
      note(
        "\(label): in a latent space of \(run.description.sampleLength) steps with "
          + "\(latent.autoencoder.latentChannels) channels, which reproduces actions of -1 to 1 to within \(error)")
    }
    try finish(run.trainer, out: out, resume: resume, label: label)
  }

  /// Of an autoencoder.
  static func run(
    _ configuration: AutoencoderTrainingConfiguration, data: String, out: String, symmetriesOf world: SimulatedWorld?,
    threads: Int, resume: Bool, label: String
  ) throws {
    let run = try AutoencoderTrainer(
      configuration, data: URL(filePath: data), output: URL(filePath: out), symmetries: world?.symmetries ?? [],
      communicator: Ranks.communicator, threads: threads, resume: resume)
    for remark in run.dataRemarks { note("warning: \(remark)") }
    let windows = "\(run.trainingWindows.count) windows, \(run.heldOutWindows?.count ?? 0) held out"
    note("\(label): \(windows), \(run.trainer.optimizer.weights.count) parameters")
    try finish(run.trainer, out: out, resume: resume, label: label)
  }

  private static func finish<Task: TrainingTask>(
    _ trainer: Trainer<Task>, out: String, resume: Bool, label: String
  ) throws {
    if resume {
      note("resuming at step \(trainer.step)")
      let steps = trainer.configuration.steps
      // The first rank alone is sure to see the checkpoint.
      let planned = Ranks.isFirst ? try CheckpointState.plannedSteps("\(out)/last.safetensors") : steps
      if planned != steps {
        note(
          "the run was to have \(planned) steps, and now \(steps): the learning rate and the objective's stages follow the "
            + "share of them that is done, so it will not end as a run of \(steps) steps from the beginning")
      }
    }
    var progress = ProgressReporter(label: label, total: trainer.configuration.steps, start: trainer.step)
    let outcome = try trainer.run(shouldStop: { Interrupt.isRequested }) { report in
      progress.update(step: report.step, loss: report.loss)
    }
    progress.finish()
    if outcome == .interrupted {
      note("stopped and saved at step \(trainer.step); continue with --resume")
      throw try Ranks.interruption()
    }
    note("wrote \(out)/last.safetensors")
  }

  /// A line on standard error, from the first rank.
  static func note(_ text: String) {
    if Ranks.isFirst { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
  }
}
