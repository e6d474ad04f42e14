import Foundation

extension Double {
  static func pow10(_ x: Double) -> Double { Foundation.pow(10, x) }
}

/// Programme loudness by ITU-R BS.1770-4, for mono signals.
public enum Loudness {
  /// A second-order recursive filter, a0 = 1.
  private struct Biquad {
    let b0, b1, b2, a1, a2: Double

    /// What the head does to high frequencies. The constants give the standard's coefficients at 48 kHz.
    static func shelf(rate: Double) -> Biquad {
      let (k, quality) = (tan(.pi * 1681.974_450_955_533 / rate), 0.707_175_236_955_419_6)
      let high = Double.pow10(3.999_843_853_973_347 / 20)
      let band = pow(high, 0.499_666_774_154_541_6) * k / quality
      let norm = 1 + k / quality + k * k
      return Biquad(
        b0: (high + band + k * k) / norm, b1: 2 * (k * k - high) / norm, b2: (high - band + k * k) / norm,
        a1: 2 * (k * k - 1) / norm, a2: (1 - k / quality + k * k) / norm)
    }

    /// The RLB weighting's high pass.
    static func highPass(rate: Double) -> Biquad {
      let (k, quality) = (tan(.pi * 38.135_470_876_024_44 / rate), 0.500_327_037_323_877_3)
      let norm = 1 + k / quality + k * k
      return Biquad(b0: 1, b1: -2, b2: 1, a1: 2 * (k * k - 1) / norm, a2: (1 - k / quality + k * k) / norm)
    }

    func callAsFunction(_ signal: inout [Double]) {
      var (s1, s2) = (0.0, 0.0)
      for i in signal.indices {
        let x = signal[i]
        let y = b0 * x + s1
        s1 = b1 * x - a1 * y + s2
        s2 = b2 * x - a2 * y
        signal[i] = y
      }
    }
  }

  /// Loudness of the whole in LUFS, gated at −70 LUFS and at 10 LU below the ungated mean (annex 1, equations 3 to 7).
  ///
  /// A signal shorter than one block of 0.4 s is taken as one block.
  ///
  /// - Returns: nil where no block is louder than −70 LUFS.
  public static func integrated(_ waveform: Waveform) -> Double? {
    var signal = waveform.samples.map(Double.init)
    let rate = Double(waveform.sampleRate)
    Biquad.shelf(rate: rate)(&signal)
    Biquad.highPass(rate: rate)(&signal)
    let length = min(signal.count, Int((0.4 * rate).rounded()))
    guard length > 0 else { return nil }
    let step = max(1, Int((0.1 * rate).rounded()))
    let powers = stride(from: 0, through: signal.count - length, by: step).map { start in
      signal[start..<start + length].reduce(0) { $0 + $1 * $1 } / Double(length)
    }
    func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
    func level(_ power: Double) -> Double { -0.691 + 10 * log10(power) }
    let loud = powers.filter { level($0) > -70 }
    guard let relative = mean(loud).map({ level($0) - 10 }) else { return nil }
    return mean(loud.filter { level($0) > relative }).map(level)
  }

  /// The signal at another loudness, or as near to it as leaves the peak at `peak`.
  ///
  /// - Parameters:
  ///   - target: LUFS.
  ///   - peak: largest magnitude that may result.
  /// - Returns: silence as it is.
  public static func normalized(_ waveform: Waveform, to target: Double, peak: Float = 0.99) -> Waveform {
    guard let loudness = integrated(waveform) else { return waveform }
    let gain = min(Float(Double.pow10((target - loudness) / 20)), peak / waveform.peak)
    var result = waveform
    for i in result.samples.indices { result.samples[i] *= gain }
    return result
  }
}
