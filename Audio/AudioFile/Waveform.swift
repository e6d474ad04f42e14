/// A mono signal in memory.
public struct Waveform: Sendable {
  /// Nominally [-1, 1].
  public var samples: [Float]
  /// Hz.
  public var sampleRate: Int

  public init(samples: [Float], sampleRate: Int) {
    self.samples = samples
    self.sampleRate = sampleRate
  }

  /// Seconds.
  public var duration: Double { Double(samples.count) / Double(sampleRate) }

  /// Largest magnitude; 0 for no samples.
  public var peak: Float { samples.reduce(0) { max($0, abs($1)) } }

  /// Reads a whole file, converted to another rate if one is given.
  public init(contentsOf path: String, sampleRate: Int? = nil) throws(AudioError) {
    let reader = try ResamplingReader(path, sampleRate: sampleRate)
    var samples: [Float] = []
    while true {
      let block = try reader.read()
      if block.isEmpty { break }
      samples += block
    }
    self.init(samples: samples, sampleRate: reader.sampleRate)
  }

  /// Writes a whole file.
  ///
  /// - Parameter format: nil: by the name's ending, 16-bit.
  public func write(to path: String, format: AudioFormat? = nil) throws(AudioError) {
    let writer = try AudioWriter(path, sampleRate: sampleRate, format: format)
    try writer.write(samples)
    try writer.finish()
  }

  /// The stretches of at least `length` samples at full scale: a recording that was too loud.
  public func clippedStretches(length: Int = 4, level: Float = 0.999) -> Int {
    var (stretches, run) = (0, 0)
    var last: Float = 0
    for sample in samples {
      run = abs(sample) >= level ? (sample.sign == last.sign ? run + 1 : 1) : 0
      last = sample
      if run == length { stretches += 1 }
    }
    return stretches
  }

  /// The samples that are not silence at either end, with a margin.
  ///
  /// - Parameters:
  ///   - threshold: dB below the loudest 20 ms frame's root mean square.
  ///   - margin: seconds that are kept on either side.
  /// - Returns: an empty range for silence throughout.
  public func soundingRange(threshold: Double = 40, margin: Double = 0.05) -> Range<Int> {
    let length = max(1, sampleRate / 50)
    let frames = samples.count / length
    let powers = (0..<max(frames, 1)).map { frame in
      samples[min(frame * length, samples.count)..<min((frame + 1) * length, samples.count)]
        .reduce(0) { $0 + Double($1) * Double($1) } / Double(length)
    }
    let loudest = powers.max()!
    guard loudest > 1e-12 else { return 0..<0 }
    let limit = loudest / Double.pow10(threshold / 10)
    let extra = Int(margin * Double(sampleRate))
    let first = powers.firstIndex { $0 >= limit }! * length
    let last = (powers.lastIndex { $0 >= limit }! + 1) * length
    return max(0, first - extra)..<min(samples.count, last + extra)
  }
}
