import Foundation
import Spectral

/// What refiner and decoder are told of every frame: the mean spectrum, the harmonics of the pitch, the token and the encoder's vector
/// for it, and where in its token and state a frame is.
///
/// The token itself stands beside the vector, which says what a token's spectrum is on the average: what tells two
/// sounds of one average apart, such as the bursts of T and K, is in none of its numbers.
///
/// The pitch is given as what it does to a spectrum (`HarmonicComb`): with it the decoder's task is the voice's
/// envelope, not the invention of a melody. It goes on through sounds that have none: which those are, the decoder
/// knows from the tokens better than a threshold can say. What of pitch and energy is told, the encoder's configuration says.
public struct FrameConditions: Sendable {
  /// Numbers per frame.
  public let count: Int
  /// Mel bands.
  public let bands: Int
  private let width: Int
  private let inputs: Int
  private let states: Int
  private let comb: HarmonicComb
  private let tellsPitch: Bool
  private let tellsEnergy: Bool
  private let speakers: [VoiceDescription.Speaker]

  /// - Throws: `SpeechError.badSetting` for impossible mel bands.
  public init(_ description: VoiceDescription) throws(SpeechError) {
    bands = description.encoder.bands
    width = description.encoder.width
    inputs = description.encoder.inputs
    states = description.encoder.states
    tellsPitch = description.encoder.tells(.pitch)
    tellsEnergy = description.encoder.tells(.energy)
    count = Self.count(description.encoder)
    speakers = description.speakers
    comb = HarmonicComb(
      try description.mel.filterbank(), sampleRate: Double(description.mel.sampleRate),
      fftSize: description.mel.transformSize)
  }

  package static func count(_ encoder: PhonemeEncoder.Configuration) -> Int {
    encoder.bands + encoder.width + encoder.inputs + 3 + (encoder.tells(.pitch) ? encoder.bands + 1 : 0)
      + (encoder.tells(.energy) ? 1 : 0)
  }

  /// Fills a stretch of frames; a row begins with the mean.
  ///
  /// - Parameters:
  ///   - rows: `[frames, count]`.
  ///   - frames: which frames of the utterance.
  ///   - durations: frames of every state, `[tokens × states]`.
  ///   - pitch: of all frames of the utterance, its normalised logarithm, 0 for none, `[sum of durations]`.
  ///   - energy: of all frames, if that is told; else it may be empty.
  ///   - speaker: by number.
  /// - Precondition: the durations' sum reaches the end of `frames`.
  public func fill(
    _ rows: UnsafeMutablePointer<Float>, frames: Range<Int>, of utterance: EncodedUtterance, durations: [Int32],
    pitch: [Float], energy: [Float], speaker: Int
  ) {
    precondition(
      durations.count * bands == utterance.means.count, "\(durations.count) durations for other means")
    let contour = Self.contour(pitch)
    var start = 0
    utterance.means.withUnsafeBufferPointer { means in
      utterance.hidden.withUnsafeBufferPointer { hidden in
        let features = utterance.features
        for token in 0..<durations.count / states {
          let range = token * states..<(token + 1) * states
          let tokenFrames = range.reduce(0) { $0 + Int(durations[$1]) }
          let tokenStart = start
          for state in range {
            let end = start + Int(durations[state])
            for frame in (start..<end).clamped(to: frames) {
              var row = rows + (frame - frames.lowerBound) * count
              row.update(from: means.baseAddress! + state * bands, count: bands)
              row += bands
              if tellsPitch {
                comb.fill(row, pitch: speakers[speaker].hertz(contour[frame]))
                row += bands
              }
              row.update(from: hidden.baseAddress! + token * width, count: width)
              row += width
              for input in 0..<inputs { row[input] = features[token * inputs + input] }
              row += inputs
              // In [−1, 1]: the place in the token and in the state; and the token's length, about 0 at 8 frames.
              row[0] = Self.place(frame - tokenStart, of: tokenFrames)
              row[1] = Self.place(frame - start, of: end - start)
              row[2] = Float(tokenFrames - 8) / Float(tokenFrames + 8)
              row += 3
              if tellsPitch {
                row[0] = contour[frame]
                row += 1
              }
              if tellsEnergy { row[0] = energy[frame] }
            }
            start = end
          }
        }
      }
    }
  }

  private static func place(_ index: Int, of count: Int) -> Float {
    (2 * Float(index) + 1) / Float(count) - 1
  }

  /// A pitch for every frame: straight lines over the frames that have none, and 0, the mean, if none has.
  package static func contour(_ pitch: [Float]) -> [Float] {
    var contour = pitch
    var last: Int?
    for frame in pitch.indices where pitch[frame] != 0 {
      for gap in (last.map { $0 + 1 } ?? 0)..<frame {
        let share = last.map { Float(gap - $0) / Float(frame - $0) } ?? 1
        contour[gap] = (1 - share) * pitch[last ?? frame] + share * pitch[frame]
      }
      last = frame
    }
    if let last {
      for frame in last + 1..<pitch.count { contour[frame] = pitch[last] }
    }
    return contour
  }

  /// What is told of a recording's energy, `[frames]`; nothing if that is not told.
  package func energy(of utterance: SpeechUtterance) -> [Float] {
    tellsEnergy ? Prosody.energy(of: utterance.mel, bands: bands) : []
  }

  /// The energy that the encoder expects, of every frame: straight lines between the middles of states; nothing if that is not
  /// told.
  package func expectedEnergy(_ utterance: EncodedUtterance, durations: [Int32]) -> [Float] {
    tellsEnergy ? Self.lines(durations) { utterance.energy[$0] }.map { $0 ?? 0 } : []
  }

  /// The pitch that the encoder expects, of every frame: straight lines between the middles of voiced states.
  ///
  /// - Returns: its normalised logarithm, 0 where there is none.
  public func expectedPitch(_ utterance: EncodedUtterance, durations: [Int32]) -> [Float] {
    let contour = Self.lines(durations) { utterance.voicing[$0] > 0.5 ? utterance.pitch[$0] : nil }
    // 0 means that there is none.
    return contour.map { value in value.map { $0 == 0 ? 1e-6 : $0 } ?? 0 }
  }

  /// Straight lines over frames between the middles of states.
  ///
  /// - Parameter value: of a state; nil where the line breaks off.
  private static func lines(_ durations: [Int32], value: (Int) -> Float?) -> [Float?] {
    var values = [Float?](repeating: nil, count: durations.reduce(0) { $0 + Int($1) })
    var start = 0
    /// The middle of the state before, its value, and the frame up to which the line is drawn.
    var last: (middle: Double, value: Double, end: Int)?
    for (state, duration) in durations.enumerated() {
      let end = start + Int(duration)
      defer { start = end }
      guard let value = value(state).map(Double.init) else {
        last = nil
        continue
      }
      let middle = Double(start + end) / 2 - 0.5
      let from = last ?? (middle, value, start)
      for frame in from.end..<end {
        let share = from.middle == middle ? 1 : min(1, (Double(frame) - from.middle) / (middle - from.middle))
        values[frame] = Float(from.value + (value - from.value) * share)
      }
      last = (middle, value, min(end, Int(middle.rounded(.up)) + 1))
    }
    return values
  }
}
