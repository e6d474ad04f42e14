import Consistency
import SpeechHead
import Training

/// A decoder that another one's training starts from or follows; it must fit.
struct DecoderOrigin {
  /// `start` or `teacher`.
  let role: String
  /// What it was trained with.
  let method: ObjectiveConfiguration.Method

  /// Refuses weights of another frame: what they say of a noise level means something else there.
  ///
  /// - Parameter stage: the stage that is to be trained.
  func check(leadsTo objective: any Objective, stage: String) throws(TrainingError) {
    let (given, wanted) = (method.objective.frame, type(of: objective).frame)
    guard given == wanted else {
      throw .configuration(
        "\(stage): the \(role) was trained with objective=\(method), in the \(given) frame, and objective=\(objective.name) is in "
          + "the \(wanted) one: start from a voice of that frame, or from one whose decoder is not trained")
    }
  }

  /// Refuses a teacher from which an objective cannot learn.
  ///
  /// - Parameter stage: the stage that is to be trained.
  func check(teaches objective: any Objective, stage: String) throws(TrainingError) {
    let methods = type(of: objective).teachers
    guard methods.contains(method) else {
      throw .configuration(
        "\(stage): objective=\(objective.name) learns from a voice that was trained with objective="
          + methods.map(\.rawValue).joined(separator: " or ") + ", and the \(role) was trained with objective=\(method)"
      )
    }
  }
}
