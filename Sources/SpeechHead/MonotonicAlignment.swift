/// Monotonic alignment search (Kim et al. 2020, "Glow-TTS", section 3.2 and algorithm 1): of all ways to cut an
/// utterance into one stretch of frames per state, in order and none empty, the most likely one under unit Gaussians.
///
///     Q(s, t) = log N(y_t; mu_s, I) + max(Q(s, t − 1), Q(s − 1, t − 1))
public struct MonotonicAlignment: Sendable {
  private var scores: [Float] = []
  private var halfSquares: [Float] = []
  /// [frame × state]: whether the best path to here came from the state before.
  private var advanced: [Bool] = []

  public init() {}

  /// Finds the frames of every state. Time O(frames × states × bands).
  ///
  /// - Parameters:
  ///   - means: mu, `[states, bands]`.
  ///   - frames: y, `[frames, bands]`, at least as many frames as states.
  ///   - weights: of the frames, 0 for one of which nothing is known; nil for 1.
  ///   - durations: `[states]`, filled with the number of frames of each state, all positive.
  /// - Returns: the mean of (y_t − mu_s)² over all frames and bands, each frame's times its weight.
  @discardableResult
  public mutating func callAsFunction(
    means: UnsafeBufferPointer<Float>, frames: UnsafeBufferPointer<Float>, bands: Int,
    weights: UnsafeBufferPointer<Float>? = nil, durations: UnsafeMutableBufferPointer<Int32>
  ) -> Double {
    let (stateCount, frameCount) = (means.count / bands, frames.count / bands)
    precondition(
      bands > 0 && stateCount > 0 && durations.count == stateCount, "\(durations.count) durations of \(stateCount)")
    precondition(frameCount >= stateCount, "\(frameCount) frames cannot hold \(stateCount) states")
    reserve(states: stateCount, frames: frameCount)
    let (mean, frame) = (means.baseAddress!, frames.baseAddress!)
    scores.withUnsafeMutableBufferPointer { scores in
      halfSquares.withUnsafeMutableBufferPointer { halfSquares in
        advanced.withUnsafeMutableBufferPointer { advanced in
          for state in 0..<stateCount {
            let row = mean + state * bands
            halfSquares[state] = 0.5 * dotProduct(row, row, bands)
            scores[state] = -.infinity
          }
          for t in 0..<frameCount {
            // States that can be reached by now, and from which the end can still be reached.
            let first = max(0, stateCount - (frameCount - t))
            let last = min(t, stateCount - 1)
            let y = frame + t * bands
            let weight = weights?[t] ?? 1
            for state in stride(from: last, through: first, by: -1) {
              let stay = scores[state]
              let advance = state > 0 ? scores[state - 1] : (t == 0 ? 0 : -.infinity)
              advanced[t * stateCount + state] = advance > stay
              // log N up to a term of the frame alone, which no path can change.
              scores[state] =
                max(stay, advance) + weight * dotProduct(mean + state * bands, y, bands) - weight * halfSquares[state]
            }
          }
          for state in 0..<stateCount { durations[state] = 0 }
          var state = stateCount - 1
          for t in stride(from: frameCount - 1, through: 0, by: -1) {
            durations[state] += 1
            if state > 0 && advanced[t * stateCount + state] { state -= 1 }
          }
        }
      }
    }
    var squares = 0.0
    for t in 0..<frameCount {
      let y = frame + t * bands
      squares += Double((weights?[t] ?? 1) * dotProduct(y, y, bands))
    }
    return (squares - 2 * Double(scores[stateCount - 1])) / Double(frameCount * bands)
  }

  private mutating func reserve(states: Int, frames: Int) {
    if scores.count < states {
      scores = [Float](repeating: 0, count: states)
      halfSquares = scores
    }
    if advanced.count < states * frames { advanced = [Bool](repeating: false, count: states * frames) }
  }
}

/// Σ a_i b_i in single precision, eight sums at once.
@inline(__always)
private func dotProduct(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  let (rawA, rawB) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
  var sums = (SIMD8<Float>.zero, SIMD8<Float>.zero)
  var i = 0
  while i + 16 <= count {
    let offset = i * 4
    sums.0 +=
      rawA.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
      * rawB.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
    sums.1 +=
      rawA.loadUnaligned(fromByteOffset: offset + 32, as: SIMD8<Float>.self)
      * rawB.loadUnaligned(fromByteOffset: offset + 32, as: SIMD8<Float>.self)
    i += 16
  }
  var sum = (sums.0 + sums.1).sum()
  while i < count {
    sum += a[i] * b[i]
    i += 1
  }
  return sum
}
