import Foundation

/// Copy synthesis of a recording of any length in memory that does not grow with it: stretch by stretch. A stretch
/// begins with the phases that the one before ended with, and replaces it softly in the middle of what both share.
///
/// What is no longer than a stretch comes out as `CopySynthesis` would have it.
public final class StretchedCopySynthesis {
  private let copy: CopySynthesis
  /// Samples of a stretch and of those that it shares with the next, multiples of the hop.
  private let length: Int
  private let overlap: Int
  /// Samples of the soft change from stretch to stretch, and where in a stretch it begins.
  private let fade: Int
  private let fadeStart: Int
  /// From the next stretch's first sample on.
  private var pending: [Float] = []
  /// What the stretch before made of the samples that it shares with the next; empty before the first.
  private var shared: [Float] = []
  private var meter: ConvergenceMeter
  private var processingTime = Duration.zero
  private var taken = 0

  /// - Parameter stretchSeconds: length of a stretch; at least some 30 transforms are taken.
  public init(_ copy: CopySynthesis, stretchSeconds: Double = 60) {
    self.copy = copy
    let size = copy.stft.fftSize, hop = copy.stft.hop
    func whole(_ samples: Int) -> Int { (samples + hop - 1) / hop * hop }
    overlap = whole(8 * size)
    length = max(4 * overlap, whole(Int(stretchSeconds * copy.sampleRate)))
    fade = size
    fadeStart = overlap / 2 - size / 2
    meter = ConvergenceMeter(copy.stft)
  }

  /// Takes what follows of the recording.
  ///
  /// - Parameter samples: all finite, at the copy's sample rate.
  /// - Returns: the samples that are final now.
  /// - Throws: `SpectralError` of kind `notFinite`; nothing may follow then.
  public func push(_ samples: [Float]) throws(SpectralError) -> [Float] {
    pending += samples
    taken += samples.count
    var result: [Float] = []
    while pending.count > length {
      result += try next(Array(pending[..<length]), isLast: false)
      pending.removeFirst(length - overlap)
    }
    return result
  }

  /// Ends the recording; nothing may follow.
  ///
  /// - Returns: the samples that were left, and measurements of the whole recording.
  /// - Throws: `SpectralError` of kind `empty` or `notFinite`.
  public func finish() throws(SpectralError) -> CopySynthesis.Result {
    if shared.isEmpty { return try copy(pending) }
    let rest = try next(pending, isLast: true)
    return CopySynthesis.Result(
      samples: rest, spectralConvergence: try meter.finish(), processingTime: processingTime,
      seconds: Double(taken) / copy.sampleRate)
  }

  /// What is final after another stretch.
  private func next(_ samples: [Float], isLast: Bool) throws(SpectralError) -> [Float] {
    let magnitudes = try copy.stft.magnitudes(of: samples)
    var (signal, time) = try copy.signal(from: magnitudes, after: shared, samples: samples.count)
    processingTime += time
    if !shared.isEmpty {
      for i in 0..<fade {
        let place = fadeStart + i, weight = (Float(i) + 0.5) / Float(fade)
        signal[place] = shared[place] + weight * (signal[place] - shared[place])
      }
    }
    let start = shared.isEmpty ? 0 : fadeStart, end = isLast ? signal.count : length - overlap + fadeStart
    shared = Array(signal[(isLast ? end : length - overlap)...])
    let result = Array(signal[start..<end])
    try meter.add(reference: Array(samples[start..<end]), signal: result)
    return result
  }
}
