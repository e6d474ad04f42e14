import Autograd
import Checkpoints
import Communication
import Datasets
import Environments
import Foundation
import PolicyHead
import Training

/// Trains the temporal autoencoder of action chunks, in whose latent space policies can then be trained.
public struct AutoencoderTrainer {
  /// What comes out, but for its weights.
  public let description: AutoencoderDescription
  /// Windows that are trained on, and held out.
  public let trainingWindows: Windows
  public let heldOutWindows: Windows?
  public let trainer: Trainer<AutoencoderTask>
  /// What the user should know about the data, each a sentence; see `DatasetFile.remarks`.
  public let dataRemarks: [String]

  /// Reads the data, fits the actions' normaliser on the training episodes, and makes or restores the run.
  ///
  /// - Parameters:
  ///   - data: a data set in any format of `DatasetFile`.
  ///   - output: directory of checkpoints and metrics.
  ///   - symmetries: of the demonstrated world; see `PolicyTrainer`.
  ///   - communicator: the ranks that train together; each reads the data.
  ///   - resume: continue the run in `output`.
  public init(
    _ configuration: AutoencoderTrainingConfiguration, data: URL, output: URL, symmetries: [Symmetry] = [],
    communicator: any Communicator = SingleProcess(), threads: Int, resume: Bool = false
  ) throws {
    if let problem = configuration.problem { throw TrainingError.configuration(problem) }
    let demonstrations = try PolicyData(
      data, recipe: PolicyRecipe(observation: configuration.observation, action: configuration.action),
      heldOutEpisodes: configuration.heldOutEpisodes, symmetries: symmetries)
    dataRemarks = demonstrations.remarks
    let training = demonstrations.training
    let actionNormalizer = Normalizer(fitting: training.actions, dimensions: training.actionSize)
    let windows = try demonstrations.windows(
      Windows.Shape(
        observed: configuration.observationSteps, horizon: configuration.horizon, executed: configuration.actionSteps),
      observationNormalizer: Normalizer(fitting: training.observations, dimensions: training.observationSize),
      actionNormalizer: actionNormalizer)
    (trainingWindows, heldOutWindows) = windows
    description = AutoencoderDescription(
      horizon: configuration.horizon, actionColumns: configuration.action.map(\.description),
      actionNormalizer: actionNormalizer, network: configuration.network(actionSize: training.actionSize))
    let task = AutoencoderTask(
      description.network, horizon: configuration.horizon, latentNoise: configuration.latentNoise,
      latentWeight: configuration.latentWeight, training: ActionChunks(windows.training),
      heldOut: ActionChunks(windows.heldOut))
    trainer = try Trainer(
      task, configuration.training, directory: output,
      metadata: [
        AutoencoderDescription.metadataKey: try metadataText(description),
        "latents": try metadataText(["noise": configuration.latentNoise, "weight": configuration.latentWeight]),
        "data": try metadataText(demonstrations.fingerprint(windows)),
      ], communicator: communicator, threads: threads, resume: resume)
  }
}
