/// Which numbers of a log-mel spectrogram are missing: stretches of time, bands above a frequency, or both; or all that is
/// finer in time than the means of blocks of frames.
public struct MissingMel: Sendable, Hashable {
  /// Frames that miss all bands, in order and apart.
  public private(set) var gaps: [Range<Int>]
  /// The first band that is missing in all frames; as many as there are where none is.
  public let bandLimit: Int
  /// Frames of a block of which only the mean is known, band by band; 1 where frames themselves are known.
  public let blockSize: Int
  public let frames: Int
  public let bands: Int

  /// - Throws: `SpeechError.badSetting` for gaps that are empty, not inside, or leave nothing, and for a limit that leaves
  ///   too little to go by.
  public init(gaps: [Range<Int>], bandLimit: Int? = nil, frames: Int, bands: Int) throws(SpeechError) {
    var joined: [Range<Int>] = []
    for gap in gaps.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard !gap.isEmpty, gap.lowerBound >= 0, gap.upperBound <= frames else {
        throw .badSetting("a gap of frames \(gap) in a recording of \(frames): give gaps inside of it")
      }
      if let last = joined.last, gap.lowerBound <= last.upperBound {
        joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, gap.upperBound)
      } else {
        joined.append(gap)
      }
    }
    let limit = bandLimit ?? bands
    guard limit >= min(8, bands), limit <= bands else {
      throw .badSetting("\(limit) known mel bands of \(bands): at least 8 are needed to follow the text by")
    }
    guard joined.reduce(0, { $0 + $1.count }) < frames else {
      throw .badSetting("the gaps leave nothing of the recording: give shorter ones")
    }
    self.gaps = joined
    self.bandLimit = limit
    blockSize = 1
    self.frames = frames
    self.bands = bands
  }

  /// Super-resolution in time: of every block of frames only the mean is known. What is behind the last whole one is missing.
  ///
  /// - Parameter size: of a block, 2 or more frames.
  /// - Throws: `SpeechError.badSetting` for a size that is none, or a recording without a whole block.
  public init(blocks size: Int, frames: Int, bands: Int) throws(SpeechError) {
    guard size >= 2, size <= frames else {
      throw .badSetting("blocks of \(size) frames in a recording of \(frames): 2 to \(frames) are possible")
    }
    let end = frames / size * size
    gaps = end < frames ? [end..<frames] : []
    bandLimit = bands
    blockSize = size
    self.frames = frames
    self.bands = bands
  }

  /// Only every so many frames are known, the first among them.
  ///
  /// - Parameter step: 2 or more.
  /// - Throws: `SpeechError.badSetting` for a step that is none.
  public init(allButEvery step: Int, frames: Int, bands: Int) throws(SpeechError) {
    guard step >= 2 else { throw .badSetting("every \(step) frames: 2 or more are possible") }
    let gaps = stride(from: 1, to: frames, by: step).map { $0..<min($0 + step - 1, frames) }
    try self.init(gaps: gaps, frames: frames, bands: bands)
  }

  /// Whether nothing is missing.
  public var isEmpty: Bool { gaps.isEmpty && bandLimit == bands && blockSize == 1 }

  public func contains(frame: Int) -> Bool { gaps.contains { $0.contains(frame) } }

  /// 1 where missing, 0 where known: `[frames, bands]`. Where means of blocks are known, no number of a frame is.
  public var mask: [Float] {
    if blockSize > 1 { return [Float](repeating: 1, count: frames * bands) }
    var mask = [Float](repeating: 0, count: frames * bands)
    for frame in 0..<frames {
      for band in (contains(frame: frame) ? 0 : bandLimit)..<bands { mask[frame * bands + band] = 1 }
    }
    return mask
  }

  /// What is known of a spectrogram: its numbers, or the means of its blocks in every frame of theirs; where it is missing,
  /// `filler`.
  ///
  /// - Parameter mel: `[frames, bands]`.
  public func known(of mel: [Float], filler: Float = 0) -> [Float] {
    var result = mel
    guard blockSize > 1 else {
      let mask = mask
      for i in mask.indices where mask[i] == 1 { result[i] = filler }
      return result
    }
    let means = means(of: mel)
    for i in result.indices {
      let block = i / bands / blockSize
      result[i] = block < frames / blockSize ? means[block * bands + i % bands] : filler
    }
    return result
  }

  /// `[whole blocks, bands]`.
  private func means(of mel: [Float]) -> [Float] {
    var sums = [Double](repeating: 0, count: frames / blockSize * bands)
    for frame in 0..<frames / blockSize * blockSize {
      for band in 0..<bands { sums[frame / blockSize * bands + band] += Double(mel[frame * bands + band]) }
    }
    return sums.map { Float($0 / Double(blockSize)) }
  }

  /// The largest difference of two spectrograms in what is known, numbers or means.
  ///
  /// - Parameters:
  ///   - a: `[frames, bands]`, ln mel.
  ///   - b: likewise.
  public func knownError(_ a: [Float], _ b: [Float]) -> Float {
    zip(known(of: a), known(of: b)).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// A spectrogram whose gaps are straight lines in time, band by band, from the frame before to the one behind, or from
  /// the middle of a block to that of the next: what is to be beaten.
  ///
  /// - Parameter mel: `[frames, bands]`.
  public func linearInterpolation(of mel: [Float]) -> [Float] {
    if blockSize > 1 { return linesBetweenBlocks(of: mel) }
    var result = mel
    for gap in gaps {
      let before = gap.lowerBound > 0 ? gap.lowerBound - 1 : nil
      let behind = gap.upperBound < frames ? gap.upperBound : nil
      for frame in gap {
        let share = Float(frame - gap.lowerBound + 1) / Float(gap.count + 1)
        for band in 0..<bands {
          let ends = (mel[(before ?? behind!) * bands + band], mel[(behind ?? before!) * bands + band])
          result[frame * bands + band] = ends.0 + share * (ends.1 - ends.0)
        }
      }
    }
    return result
  }

  private func linesBetweenBlocks(of mel: [Float]) -> [Float] {
    let (means, last) = (means(of: mel), frames / blockSize - 1)
    return mel.indices.map { index in
      let (frame, band) = (index / bands, index % bands)
      // In blocks from the middle of the first one; level before it and behind the last.
      let place = (Float(frame) - Float(blockSize - 1) / 2) / Float(blockSize)
      let block = min(max(Int(place.rounded(.down)), 0), last)
      let share = min(max(place - Float(block), 0), 1)
      let ends = (means[block * bands + band], means[min(block + 1, last) * bands + band])
      return ends.0 + share * (ends.1 - ends.0)
    }
  }

  /// The root mean square difference of two spectrograms where they miss something; nil if nothing is missing.
  ///
  /// - Parameters:
  ///   - a: `[frames, bands]`, ln mel.
  ///   - b: likewise.
  public func distance(_ a: [Float], _ b: [Float]) -> Double? {
    let mask = mask
    var (sum, count) = (0.0, 0)
    for i in mask.indices where mask[i] == 1 {
      sum += Double(a[i] - b[i]) * Double(a[i] - b[i])
      count += 1
    }
    return count == 0 ? nil : (sum / Double(count)).squareRoot()
  }
}
