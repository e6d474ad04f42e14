/// Reads a sound file in blocks of mono samples at a given rate. Belongs to one thread.
public final class ResamplingReader {
  /// Of what is read, in Hz.
  public let sampleRate: Int

  private let reader: AudioReader
  /// nil where the file has that rate, or has ended.
  private var resampler: Resampler?

  /// - Parameter sampleRate: Hz; nil for the file's.
  /// - Throws: `AudioError`: as `AudioReader`'s, or rates more than 256-fold apart.
  public init(_ path: String, sampleRate: Int? = nil) throws(AudioError) {
    reader = try AudioReader(path)
    let (source, target) = (reader.sampleRate, sampleRate ?? reader.sampleRate)
    if Double(max(source, target)) / Double(min(source, target)) > 256 {
      throw AudioError(path: path, .absurd("\(source) Hz cannot become \(target) Hz"))
    }
    self.sampleRate = target
    resampler = source == target ? nil : Resampler(from: source, to: target)
  }

  /// The next samples, about as many as lie in some thousand of the file's; none at its end.
  ///
  /// - Throws: `AudioError`: a sample that is no number, or an end before the announced one.
  public func read() throws(AudioError) -> [Float] {
    while true {
      let block = try reader.read(65_536)
      guard let resampler else { return block }
      let samples = resampler.convert(block, isLast: block.isEmpty)
      if block.isEmpty { self.resampler = nil }
      if block.isEmpty || !samples.isEmpty { return samples }
    }
  }
}
