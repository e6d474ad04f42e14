import ArgumentParser
import Communication
import Configuration
import Foundation
import PolicyHead
import PolicyTraining
import Reporting
import Training

/// `saltus train recipe`: the stages of a preset in order, each resumable.
struct TrainRecipe: SharedByRanks {
  static let configuration = CommandConfiguration(
    commandName: "recipe",
    abstract: "Run the stages of a preset in order: autoencoder, teacher, student, bundled file.",
    discussion: """
      A recipe is a YAML file:
        stages:
          - {name: teacher, config: teacher.yaml}
          - {name: student, config: student.yaml, start: teacher}
        symmetriesOf: pusht                               # optional: train on mirrored demonstrations, too
        bundle: pusht.safetensors
        weights: bfloat16                                 # of the bundle; optional: float16 by default
        use: {actionSteps: 6, middleSigmas: [[0.35]]}     # as 'saltus bundle' takes them
      A stage that trains an autoencoder says trains: autoencoder; one in its latent space, autoencoder: NAME. What starts
      from or follows such a stage is in the same space.
      Paths are relative to the recipe; each stage trains in OUT/NAME. Run the same command again to go on after an
      interruption: a started stage resumes, a finished one is checked and not trained again. Under mpirun (see train
      policy) all machines must see OUT: a stage's start and teacher are read there.

      EXAMPLE:
        saltus train recipe Examples/Presets/pusht/recipe.yaml --data pusht_cchi_v7_replay.zarr --out runs/pusht
      """)

  /// What a stage trains.
  enum Trained: String, Codable, CaseIterable {
    case policy, autoencoder
  }

  struct Recipe: Codable {
    struct Stage: Codable {
      var name: String
      /// YAML file of configuration keys.
      var config: String
      /// What it trains; nil: a policy.
      var trains: Trained?
      /// An earlier stage in whose latent space a policy is trained.
      var autoencoder: String?
      /// An earlier stage whose weights are the starting point.
      var start: String?
      /// An earlier stage that is the frozen teacher.
      var teacher: String?
    }

    var stages: [Stage] = []
    /// The world whose symmetries the demonstrations are seen through as well.
    var symmetriesOf: SimulatedWorld?
    /// 16-bit file of the last stage's policy, in OUT.
    var bundle = "policy.safetensors"
    /// How its weights are stored.
    var weights = BundledWeights.float16
    /// What of it was chosen after the training.
    var use = PolicyUse()
  }

  @Argument(help: ArgumentHelp("The recipe.", valueName: "recipe.yaml"))
  var recipe: String

  @Option(help: ArgumentHelp("Demonstrations: Zarr folder or .zip, or .npz.", valueName: "PATH"))
  var data: String

  @Option(help: ArgumentHelp("Directory with one directory per stage.", valueName: "DIR"))
  var out: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Sets one key in every stage, such as seed=2.", valueName: "key=value"))
  var overrides: [String] = []

  @OptionGroup var threadOptions: ThreadOptions

  func run() throws {
    let recipe: Recipe = try ConfigurationLoader.load(defaults: Recipe(), file: self.recipe)
    guard let last = recipe.stages.last else { throw CommandFailure("\(self.recipe): there are no stages") }
    Interrupt.install()
    var done: [String] = []
    guard last.trains != .autoencoder else {
      throw CommandFailure("\(self.recipe): the last stage, \(last.name), trains no policy")
    }
    for stage in recipe.stages {
      let origins = [stage.start, stage.teacher, stage.autoencoder].compactMap { $0 }
      for earlier in origins where !done.contains(earlier) {
        throw CommandFailure("\(self.recipe): stage \(stage.name): there is no earlier stage named \(earlier)")
      }
      guard !done.contains(stage.name) else {
        throw CommandFailure("\(self.recipe): two stages are named \(stage.name)")
      }
      if stage.trains == .autoencoder, let origin = origins.first {
        throw CommandFailure(
          "\(self.recipe): stage \(stage.name): an autoencoder starts from nothing, but \(origin) is given")
      }
      done.append(stage.name)
      try train(stage, of: recipe)
    }
    guard Ranks.isFirst else { return }
    let bundle = URL(filePath: "\(out)/\(recipe.bundle)")
    try TrainedPolicy(contentsOf: URL(filePath: checkpoint(last.name))).used(recipe.use)
      .writeBundle(to: bundle, as: recipe.weights.precision)
    TrainingCommand.note("wrote \(bundle.path)")
  }

  private func train(_ stage: Recipe.Stage, of recipe: Recipe) throws {
    let file = URL(filePath: self.recipe).deletingLastPathComponent().appending(path: stage.config).path
    let place = "\(out)/\(stage.name)"
    // A finished stage, too, is asked whether it was trained with these settings.
    let resume = try Ranks.communicator.broadcast(FileManager.default.fileExists(atPath: checkpoint(stage.name)))
    switch stage.trains ?? .policy {
    case .policy:
      let configuration: PolicyTrainingConfiguration = try ConfigurationLoader.load(
        defaults: PolicyTrainingConfiguration(), file: file, overrides: overrides)
      try TrainingCommand.run(
        configuration, data: data, out: place, start: stage.start.map(checkpoint),
        teacher: stage.teacher.map(checkpoint), autoencoder: stage.autoencoder.map(checkpoint),
        symmetriesOf: recipe.symmetriesOf, threads: threadOptions.threads, resume: resume, label: stage.name)
    case .autoencoder:
      let configuration: AutoencoderTrainingConfiguration = try ConfigurationLoader.load(
        defaults: AutoencoderTrainingConfiguration(), file: file, overrides: overrides)
      try TrainingCommand.run(
        configuration, data: data, out: place, symmetriesOf: recipe.symmetriesOf, threads: threadOptions.threads,
        resume: resume, label: stage.name)
    }
  }

  private func checkpoint(_ stage: String) -> String { "\(out)/\(stage)/last.safetensors" }
}
