/// Which numbers of a log-mel spectrogram are missing: stretches of time, bands above a frequency, or both.
public struct MissingMel: Sendable, Hashable {
  /// Frames that miss all bands, in order and apart.
  public private(set) var gaps: [Range<Int>]
  /// The first band that is missing in all frames; as many as there are where none is.
  public let bandLimit: Int
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
    self.frames = frames
    self.bands = bands
  }

  /// Whether nothing is missing.
  public var isEmpty: Bool { gaps.isEmpty && bandLimit == bands }

  public func contains(frame: Int) -> Bool { gaps.contains { $0.contains(frame) } }

  /// 1 where missing, 0 where known: `[frames, bands]`.
  public var mask: [Float] {
    var mask = [Float](repeating: 0, count: frames * bands)
    for frame in 0..<frames {
      for band in (contains(frame: frame) ? 0 : bandLimit)..<bands { mask[frame * bands + band] = 1 }
    }
    return mask
  }

  /// A spectrogram whose gaps are straight lines in time, band by band, from the frame before to the one behind: what is to
  /// be beaten.
  ///
  /// - Parameter mel: `[frames, bands]`.
  public func linearInterpolation(of mel: [Float]) -> [Float] {
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
