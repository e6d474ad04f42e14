/// What the distance between the ends of an interval from t down to r is multiplied by: the same choice for all that follow
/// a teacher's steps (CD, PCM, LCM, and the trajectory term of CTM).
///
/// The further up an interval lies, the longer it is, and with it the distance. Divided by its length all count alike, so that
/// the student is held harder at small noise, where all that it says further up is anchored.
public enum IntervalWeighting: String, Sendable, Hashable, Codable, CaseIterable {
  /// 1 (Song et al. 2023, section 4).
  case uniform
  /// 1/(t − r) (Song & Dhariwal 2023, section 3.3).
  case inverseInterval

  /// The weight of an interval, in units of the data; r < t.
  func weight(from t: Double, to r: Double) -> Double {
    switch self {
    case .uniform: 1
    case .inverseInterval: 1 / (t - r)
    }
  }
}
