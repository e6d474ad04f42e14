import Consistency
import SpeechHead
import Training

/// A decoder that another one's training starts from or follows; it must fit.
struct DecoderOrigin {
  /// `start` or `teacher`.
  let role: String
  /// What it was trained with.
  let objective: ObjectiveConfiguration

  /// Refuses weights of another frame: what they say of a noise level means something else there.
  ///
  /// - Parameter stage: the stage that is to be trained.
  func check(leadsTo trained: any Objective, stage: String) throws(TrainingError) {
    let (given, wanted) = (objective.method.objective.frame, type(of: trained).frame)
    guard given == wanted else {
      throw .configuration(
        "\(stage): the \(role) was trained with objective=\(objective.method), in the \(given) frame, and "
          + "objective=\(trained.name) is in the \(wanted) one: start from a voice of that frame, or from one whose decoder is "
          + "not trained")
    }
  }

  /// Refuses a teacher from which an objective cannot learn.
  ///
  /// - Parameter stage: the stage that is to be trained.
  func check(teaches trained: any Objective, stage: String) throws(TrainingError) {
    let methods = type(of: trained).teachers
    guard methods.contains(objective.method) else {
      throw .configuration(
        "\(stage): objective=\(trained.name) learns from a voice that was trained with objective="
          + methods.map(\.rawValue).joined(separator: " or ") + ", and the \(role) was trained with "
          + "objective=\(objective.method)")
    }
    guard !type(of: trained).needsUnconditionalTeacher || objective.dropsConditions else {
      throw .configuration(
        "\(stage): the \(role) never did without what is to be said, which objective=\(trained.name) guides it away from: "
          + "train it with objective.conditionDropout=0.1 (--set teacher.objective.conditionDropout=0.1)")
    }
  }
}
