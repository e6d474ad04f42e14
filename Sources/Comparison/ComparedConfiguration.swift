import Consistency
import PolicyTraining
import SpeechTraining
import Training

/// A head's training configuration, as far as a comparison needs to know it.
public protocol ComparedConfiguration: Codable, Equatable, Sendable {
  /// The head's defaults.
  init()
  /// What the compared network minimises.
  var comparedObjective: ObjectiveConfiguration { get }
  /// How the compared network is trained.
  var comparedTraining: TrainingConfiguration { get set }
  /// What is wrong with the values, or nil.
  var problem: String? { get }
}

extension PolicyTrainingConfiguration: ComparedConfiguration {
  public var comparedObjective: ObjectiveConfiguration { objective }
  public var comparedTraining: TrainingConfiguration {
    get { training }
    set { training = newValue }
  }
}

/// The compared network is the decoder, and its training the section `student`, whatever the method.
extension VoiceTrainingConfiguration: ComparedConfiguration {
  public var comparedObjective: ObjectiveConfiguration { student.objective }
  public var comparedTraining: TrainingConfiguration {
    get { student.training }
    set { student.training = newValue }
  }
}
