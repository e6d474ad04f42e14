import Spectral

/// A recording's samples for an edited spectrogram: phases are found by Griffin and Lim's iteration (1984), in which what is
/// known of the recording's transform, magnitudes and phases, stays as it is.
public struct WaveformRepair {
  private let mel: VoiceDescription.Mel
  private let stft: STFT
  private let inverse: MelInverse
  /// Iterations from the start that the vocoder makes.
  public var iterations = 32

  /// - Throws: `SpeechError.badSetting` for bands that the transform cannot tell apart.
  public init(_ mel: VoiceDescription.Mel) throws(SpeechError) {
    self.mel = mel
    do {
      stft = try STFT(fftSize: mel.transformSize, hop: mel.hop)
      inverse = try MelInverse(try mel.filterbank())
    } catch {
      throw .badSetting("\(error)")
    }
  }

  /// Frames whose window reaches into a stretch of samples.
  public func frames(touching samples: Range<Int>, of count: Int) -> Range<Int> {
    // A frame lies around sample frame · hop; the window is 0 at its first sample.
    let half = mel.transformSize / 2
    let first = max(0, (samples.lowerBound - half + mel.hop) / mel.hop)
    let end = min(count / mel.hop + 1, (samples.upperBound + half - 2) / mel.hop + 1)
    return first..<max(end, first)
  }

  /// - Parameters:
  ///   - samples: the recording; what lies in gaps has no influence.
  ///   - gaps: samples that are missing; all others stay bit for bit if no bands are missing.
  ///   - logMel: edited, `[1 + samples / hop, bands]`.
  ///   - missing: of its numbers, the frames that the gaps touch included.
  /// - Throws: `SpeechError.badSetting` for values that are no numbers.
  public func callAsFunction(
    _ samples: [Float], gaps: [Range<Int>], logMel: [Float], missing: MissingMel
  ) throws(SpeechError) -> [Float] {
    var known = samples
    for gap in gaps {
      for i in gap { known[i] = 0 }
    }
    // The first bin that the missing bands reach into.
    let bins = stft.bins
    let width = Double(mel.sampleRate) / Double(mel.transformSize)
    let limit = missing.bandLimit == missing.bands ? bins : min(bins, Int(lowerEdge(missing.bandLimit) / width))
    do {
      let target = try inverse(logMel: Frames(width: mel.bands, values: logMel.map { min($0, 8) }))
      let recorded = try stft(known)
      var signal = try MelVocoder(mel)(logMel)
      signal += [Float](repeating: 0, count: max(0, samples.count - signal.count))
      for _ in 0..<iterations {
        signal = Self.restored(signal, known, gaps, limit == bins)
        var spectrum = try stft(signal)
        for frame in 0..<spectrum.count {
          let free = missing.contains(frame: frame) ? 0 : limit
          for bin in 0..<bins {
            let i = frame * bins + bin
            if bin < free {
              spectrum.values[2 * i] = recorded.values[2 * i]
              spectrum.values[2 * i + 1] = recorded.values[2 * i + 1]
            } else {
              let (re, im) = (spectrum.values[2 * i], spectrum.values[2 * i + 1])
              let scale = target.values[i] / max((re * re + im * im).squareRoot(), 1e-9)
              spectrum.values[2 * i] = re * scale
              spectrum.values[2 * i + 1] = im * scale
            }
          }
        }
        signal = try stft.inverse(spectrum, samples: samples.count)
      }
      return Self.restored(signal, known, gaps, limit == bins)
    } catch let error as SpeechError {
      throw error
    } catch {
      throw .badSetting("\(error)")
    }
  }

  /// The number of bands whose upper edge lies at or below a frequency in Hz: those that a recording cut off there still has.
  public func bands(below frequency: Double) -> Int {
    var count = 0
    // The highest band ends at the highest frequency, but for rounding.
    while count < mel.bands, lowerEdge(count + 2) <= frequency * (1 + 1e-9) { count += 1 }
    return count
  }

  /// Hz at which a band begins: the centre of the one before.
  private func lowerEdge(_ band: Int) -> Double {
    let scale = MelScale.slaney
    let ends = (scale.mel(mel.minimumFrequency), scale.mel(mel.maximumFrequency))
    return scale.hertz(ends.0 + (ends.1 - ends.0) * Double(band) / Double(mel.bands + 1))
  }

  /// Known samples put back, where they are known in full.
  private static func restored(_ signal: [Float], _ known: [Float], _ gaps: [Range<Int>], _ isFull: Bool) -> [Float] {
    guard isFull else { return signal }
    var result = known
    for gap in gaps {
      for i in gap { result[i] = signal[i] }
    }
    return result
  }
}
