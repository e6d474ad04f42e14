/// Uniform phases that depend on a seed and a place only (the finaliser of Steele, Lea and Flood 2014, "Fast splittable
/// pseudorandom number generators").
struct RandomPhase: Sendable {
  let seed: UInt64

  /// A phase in turns, -0.5..<0.5.
  subscript(index: Int) -> Float {
    var z = seed &+ UInt64(truncatingIfNeeded: index &+ 1) &* 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    z ^= z >> 31
    return Float(z >> 40) * 0x1p-24 - 0.5
  }

  /// Those of frames of some bins in a row.
  func phases(bins: Int) -> FramePhases {
    { frame, turns in for bin in 0..<bins { turns[bin] = self[frame * bins + bin] } }
  }
}
