/// What can go wrong while training. Nothing is lost: the last checkpoint stays as it is.
public enum TrainingError: Error, CustomStringConvertible, Equatable {
  case configuration(String)
  /// The loss is no longer a number.
  case diverged(step: Int, loss: Double)
  /// A file could not be written or read.
  case file(String)

  public var description: String {
    switch self {
    case .configuration(let problem): problem
    case .diverged(let step, let loss):
      "the loss became \(loss) at step \(step); the last checkpoint is intact: resume from it with a lower learningRate"
    case .file(let problem): problem
    }
  }
}
