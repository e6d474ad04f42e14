/// What is executed in a period that several chunks predict.
public enum MergeRule: Sendable, Equatable {
  /// The newest chunk's action.
  case replace
  /// The mean of all chunks' actions with weights exp(−decay · i), where i = 0 is the oldest chunk that predicts the
  /// period. Zhao et al., "Learning Fine-Grained Bimanual Manipulation with Low-Cost Hardware" (2023), section IV-B.
  /// A decay above 0 favours old chunks, 0 is the plain mean.
  case ensemble(decay: Double)
  /// A linear crossfade at the joint: in the k-th period (from 1 on) after a chunk's arrival it has the weight
  /// k / (periods + 1), and what was planned before has the rest.
  case blend(periods: Int)

  /// What makes no sense, or nil.
  public var problem: String? {
    switch self {
    case .replace: nil
    case .ensemble(let decay):
      decay.isFinite && decay >= 0 ? nil : "ensembling with a decay of \(decay): 0 or more is needed"
    case .blend(let periods): periods >= 1 ? nil : "a crossfade over \(periods) periods: at least 1 is needed"
    }
  }
}
