import Backbone
import Consistency
import PolicyHead
import Training

/// A policy that a training starts from or follows; it must fit the one that is trained.
struct GivenPolicy {
  /// `start` or `teacher`.
  let role: String
  let description: PolicyDescription

  init(role: String, _ description: PolicyDescription) {
    self.role = role
    self.description = description
  }

  /// Refuses other sizes, other columns and another noise embedding, naming both sides.
  func check(
    _ configuration: PolicyTrainingConfiguration, network: TemporalUNet.Configuration
  ) throws(TrainingError) {
    var other = description.network
    // Dropout changes training only, and a second embedding adds nothing at first.
    other.dropout = network.dropout
    other.targetEmbedding = network.targetEmbedding
    var differences = settingDifferences(other, network)
    if description.observationSteps != configuration.observationSteps {
      differences.append("observationSteps = \(description.observationSteps), not \(configuration.observationSteps)")
    }
    for (name, given, configured) in [
      ("observation", description.observationColumns, configuration.observation),
      ("action", description.actionColumns, configuration.action),
    ] where given != configured.map(\.description) {
      differences.append(
        "\(name) = \(given.joined(separator: ",")), not \(configured.map(\.description).joined(separator: ","))")
    }
    guard differences.isEmpty else {
      throw .configuration(
        "the \(role) has \(differences.joined(separator: "; ")) as configured here: set the same sizes and columns")
    }
    let frame = configuration.objective.method.objective.frame
    guard description.parameterisation.preconditioning.frame == frame else {
      throw .configuration(
        "the \(role) was trained in the \(description.parameterisation.preconditioning.frame) frame, "
          + "objective=\(configuration.objective.method) is in the \(frame) one: train it from scratch")
    }
    guard description.parameterisation.noiseScale == configuration.noiseScale else {
      throw .configuration(
        "the \(role) embeds noise as noiseScale = \(description.parameterisation.noiseScale), not \(configuration.noiseScale) as "
          + "configured here: set the same")
    }
  }

  /// Refuses a policy whose observations and actions are scaled in another way than `start`'s.
  func checkScale(equals start: PolicyDescription) throws(TrainingError) {
    guard
      description.observationNormalizer == start.observationNormalizer
        && description.actionNormalizer == start.actionNormalizer && description.latent == start.latent
    else {
      throw .configuration(
        "start and \(role) scale observations or actions differently: give two that were trained on the same data")
    }
  }

  /// Refuses a teacher from which an objective cannot learn.
  func check(teaches objective: any Objective) throws(TrainingError) {
    let methods = type(of: objective).teachers
    guard methods.contains(description.objective.method) else {
      throw .configuration(
        "the \(role) was trained with objective=\(description.objective.method); give one trained with objective="
          + methods.map(\.rawValue).joined(separator: " or "))
    }
    guard type(of: objective).needsUnconditionalTeacher else { return }
    guard description.objective.dropsConditions else {
      throw .configuration(
        "the \(role) never did without observations, which objective=\(objective.name) guides it away from: give one that "
          + "was trained with objective.conditionDropout=0.1")
    }
  }
}
