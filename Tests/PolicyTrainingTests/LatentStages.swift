import Autograd
import Backbone
import Checkpoints
import Consistency
import Foundation
import PolicyHead
import PolicyTraining
import TestSupport
import Testing
import Training

extension AutoencoderTrainingConfiguration {
  /// A tiny autoencoder on `Demonstrations`: four actions to two steps of three latents.
  static func tiny(steps: Int = 30) -> Self {
    let policy = PolicyTrainingConfiguration.tiny(steps: steps)
    var configuration = Self()
    configuration.observation = policy.observation
    configuration.action = policy.action
    configuration.horizon = policy.horizon
    configuration.actionSteps = policy.actionSteps
    configuration.widths = [8, 8]
    configuration.kernel = 3
    configuration.latentChannels = 3
    configuration.heldOutEpisodes = policy.heldOutEpisodes
    configuration.training = policy.training
    configuration.training.learningRate = 5e-3
    return configuration
  }
}

/// The trainings of a tiny latent policy, and a question to it.
struct LatentStages {
  func autoencoder(_ data: URL, _ output: URL, seed: UInt64 = 1) throws -> AutoencoderCheckpoint {
    var configuration = AutoencoderTrainingConfiguration.tiny()
    configuration.training.seed = seed
    _ = try AutoencoderTrainer(configuration, data: data, output: output, threads: 1).trainer.run()
    return try AutoencoderCheckpoint(contentsOf: output.appending(path: "last.safetensors"))
  }

  func configuration(_ objective: ObjectiveConfiguration, steps: Int = 6) -> PolicyTrainingConfiguration {
    var configuration = PolicyTrainingConfiguration.tiny(steps: steps)
    configuration.objective = objective
    return configuration
  }

  /// EDM that learns to do without observations as well.
  var teaching: PolicyTrainingConfiguration {
    var settings = EDMObjective.Configuration()
    settings.conditionDropout = 0.3
    return configuration(ObjectiveConfiguration(settings))
  }

  func train(
    _ configuration: PolicyTrainingConfiguration, _ data: URL, _ output: URL, teacher: TrainedPolicy? = nil,
    autoencoder: AutoencoderCheckpoint? = nil
  ) throws -> TrainedPolicy {
    let run = try PolicyTrainer(
      configuration, data: data, output: output, teacher: teacher, autoencoder: autoencoder, threads: 1)
    #expect(try run.trainer.run() == .finished)
    return try TrainedPolicy(contentsOf: output.appending(path: "last.safetensors"))
  }

  let history = [[0.1, 0.2, 0.3], [0.2, 0.2, 0.3]]

  func actions(_ policy: TrainedPolicy) throws -> [[Double]] {
    try ActionPredictor(policy, sampler: .consistency(steps: 1)).predict([history], seeds: [7], call: 4)[0]
  }

  func problem(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }
}
