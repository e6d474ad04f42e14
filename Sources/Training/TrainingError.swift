/// What can go wrong while training. Nothing is lost: the last checkpoint stays as it is.
public enum TrainingError: Error, CustomStringConvertible, Equatable {
  /// What is watched for numbers that are none.
  public enum Quantity: String, Sendable {
    case loss
    case gradientNorm = "gradient's norm"
    case heldOutLoss = "held-out loss"
  }

  /// Settings, data, teacher or directory do not make a run: what is wrong and what to do.
  case configuration(String)
  /// A quantity is no longer a finite number. `step` counts from 0.
  case diverged(step: Int, Quantity, value: Double)
  /// A file could not be written or read.
  case file(String)
  /// The ranks of a job no longer work together: why, and what is left.
  case ranks(String)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .configuration(let problem): problem
    case .diverged(let step, let quantity, let value):
      "the \(quantity.rawValue) became \(value) at step \(step); the last checkpoint is intact: start a new run with a "
        + "lower learningRate, from that checkpoint (--start) if its loss was good"
    case .file(let problem), .ranks(let problem): problem
    }
  }
}
