import Foundation

/// The fundamental frequency of a voice, frame by frame: peaks of the normalised cross-correlation, of which dynamic
/// programming chooses the path (Talkin 1995, "A robust algorithm for pitch tracking (RAPT)").
public struct PitchTracker: Sendable {
  /// Hz.
  public let sampleRate: Double
  /// Samples between frames; frame i is centred on sample i · hop, as in `STFT`.
  public let hop: Int
  /// Hz.
  public let range: ClosedRange<Double>

  private static let mostCandidates = 8
  /// Weakest correlation of a voiced frame.
  private static let leastCorrelation: Float = 0.3
  /// What longer lags cost: half the frequency always correlates as well.
  private static let lagCost: Float = 0.3
  /// What it costs to begin or to end a voiced stretch, and to change the pitch by a factor of e.
  private static let voicingCost: Float = 0.35
  private static let jumpCost: Float = 1.2

  /// - Precondition: a range inside 40 Hz to a quarter of the rate.
  public init(sampleRate: Double, hop: Int, range: ClosedRange<Double> = 60...500) {
    precondition(
      hop > 0 && range.lowerBound >= 40 && range.upperBound <= sampleRate / 4, "\(range) Hz at \(sampleRate) Hz")
    self.sampleRate = sampleRate
    self.hop = hop
    self.range = range
  }

  private struct Candidate {
    /// Hz; 0 for an unvoiced frame.
    var frequency: Float
    var cost: Float
  }

  /// Hz, 0 where the voice is silent or has no pitch, `[1 + samples / hop]`.
  ///
  /// - Parameter samples: finite.
  public func callAsFunction(_ samples: [Float]) -> [Float] {
    // Half the rate is enough for a voice's first harmonics.
    let stride = sampleRate >= 16_000 ? 2 : 1
    let signal = halved(samples, by: stride)
    let rate = sampleRate / Double(stride)
    let lags = max(2, Int(rate / range.upperBound))...Int(rate / range.lowerBound)
    let window = (lags.upperBound + 7) / 8 * 8
    let loudness = signal.reduce(Float(0)) { max($0, abs($1)) }
    // The signal with silence around it: a frame reaches half a window and the longest lag beyond its centre.
    let margin = window + lags.upperBound
    let padded = [Float](repeating: 0, count: margin) + signal + [Float](repeating: 0, count: margin + 8)
    var frames: [[Candidate]] = []
    var correlation = [Float](repeating: 0, count: lags.upperBound + 2)
    padded.withUnsafeBufferPointer { padded in
      for frame in 0..<1 + samples.count / hop {
        let start = margin + frame * hop / stride - window / 2 - lags.upperBound / 2
        frames.append(
          candidates(
            padded.baseAddress! + start, window: window, lags: lags, rate: rate, loudness: loudness, &correlation))
      }
    }
    return Self.path(frames)
  }

  private func halved(_ samples: [Float], by stride: Int) -> [Float] {
    guard stride == 2 else { return samples }
    return (0..<samples.count / 2).map { i in
      let next = 2 * i + 2 < samples.count ? samples[2 * i + 2] : 0
      return 0.25 * samples[2 * i] + 0.5 * samples[2 * i + 1] + 0.25 * next
    }
  }

  /// The unvoiced candidate, and the peaks of the correlation.
  private func candidates(
    _ signal: UnsafePointer<Float>, window: Int, lags: ClosedRange<Int>, rate: Double, loudness: Float,
    _ correlation: inout [Float]
  ) -> [Candidate] {
    let energy = Self.product(signal, signal, window)
    // Noise far below the loudest sample is no voice, however it correlates.
    let floor = loudness * loudness * 1e-4 * Float(window) + 1e-9
    var best: Float = 0
    var shifted = Self.product(signal + lags.lowerBound - 1, signal + lags.lowerBound - 1, window)
    for lag in lags.lowerBound - 1...lags.upperBound + 1 {
      if lag >= lags.lowerBound {
        shifted += signal[lag + window - 1] * signal[lag + window - 1] - signal[lag - 1] * signal[lag - 1]
      }
      let norm = (energy * max(shifted, 0)).squareRoot() + floor
      correlation[lag] = Self.product(signal, signal + lag, window) / norm
      best = max(best, correlation[lag])
    }
    var found: [Candidate] = []
    for lag in lags where correlation[lag] > Self.leastCorrelation {
      let (before, here, after) = (correlation[lag - 1], correlation[lag], correlation[lag + 1])
      guard here >= before && here > after else { continue }
      let curvature = before - 2 * here + after
      let shift = curvature < 0 ? 0.5 * (before - after) / curvature : 0
      let share = Float(lag) / Float(lags.upperBound)
      found.append(
        Candidate(
          frequency: Float(rate) / (Float(lag) + shift), cost: 1 - here * (1 - Self.lagCost * share)))
    }
    found.sort { $0.cost < $1.cost }
    return [Candidate(frequency: 0, cost: best)] + found.prefix(Self.mostCandidates)
  }

  private static func path(_ frames: [[Candidate]]) -> [Float] {
    var costs = frames[0].map(\.cost)
    var origins: [[Int]] = [[]]
    for (index, frame) in frames.enumerated().dropFirst() {
      let last = frames[index - 1]
      var next: [Float] = []
      var from: [Int] = []
      for candidate in frame {
        var (best, origin) = (Float.infinity, 0)
        for (i, earlier) in last.enumerated() {
          var step: Float = 0
          if (candidate.frequency == 0) != (earlier.frequency == 0) {
            step = voicingCost
          } else if candidate.frequency > 0 {
            step = jumpCost * abs(log(candidate.frequency / earlier.frequency))
          }
          if costs[i] + step < best { (best, origin) = (costs[i] + step, i) }
        }
        next.append(best + candidate.cost)
        from.append(origin)
      }
      costs = next
      origins.append(from)
    }
    var choice = costs.indices.min { costs[$0] < costs[$1] }!
    var pitch = [Float](repeating: 0, count: frames.count)
    for index in frames.indices.reversed() {
      pitch[index] = frames[index][choice].frequency
      if index > 0 { choice = origins[index][choice] }
    }
    return pitch
  }

  /// Of vectors of a multiple of eight numbers.
  private static func product(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
    var sum = SIMD8<Float>.zero
    let (a, b) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    for offset in Swift.stride(from: 0, to: 4 * count, by: 32) {
      sum +=
        a.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        * b.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
    }
    return sum.sum()
  }
}
