import Foundation
import SpeechHead

/// What `saltus edit speech` did, in the JSON keys of its `--json`.
struct EditReport: Encodable {
  /// Root mean square differences of ln mel from the recording where it was hidden.
  struct Distances: Encodable {
    let edit: Double
    /// Straight lines over the gaps, or between the means; nil if bands are missing, too.
    let linearInterpolation: Double?
    /// The voice's mean spectrum for the text, without its decoder.
    let mean: Double

    enum CodingKeys: String, CodingKey {
      case edit, mean
      case linearInterpolation = "linear_interpolation"
    }
  }

  let seconds: Double
  let networkCalls: Int
  /// Frames that miss all bands; bands that are known in the others; frames of which only the mean is known, 1 for none.
  /// Nil without a recording.
  private(set) var missingFrames: Int?
  private(set) var knownBands: Int?
  private(set) var blockFrames: Int?
  /// By how much ln mel that is known, or a known mean of it, is off; nil where nothing is kept.
  private(set) var knownError: Double?
  /// With --simulate.
  private(set) var distances: Distances?
  /// With --between.
  let between: TakesBetween?

  enum CodingKeys: String, CodingKey {
    case seconds, between
    case networkCalls = "network_calls"
    case missingFrames = "missing_frames"
    case knownBands = "known_bands"
    case blockFrames = "block_frames"
    case knownError = "known_error"
    case distances = "mel_distance"
  }

  /// Of a text without a recording.
  init(seconds: Double, networkCalls: Int, between: TakesBetween?) {
    self.seconds = seconds
    self.networkCalls = networkCalls
    self.between = between
  }

  /// - Parameters:
  ///   - recorded: ln mel of the recording as the edit got it.
  ///   - truth: ln mel of the intact recording, of a simulation.
  init(
    seconds: Double, networkCalls: Int, missing: MissingMel, edited: [Float], mean: [Float], recorded: [Float],
    truth: [Float]?, between: TakesBetween?
  ) {
    self.init(seconds: seconds, networkCalls: networkCalls, between: between)
    missingFrames = missing.gaps.reduce(0) { $0 + $1.count }
    knownBands = missing.bandLimit
    blockFrames = missing.blockSize
    if missing.isEmpty { return }
    knownError = Double(missing.knownError(edited, recorded))
    guard let truth, let edit = missing.distance(edited, truth), let mean = missing.distance(mean, truth) else {
      return
    }
    let line = missing.bandLimit == missing.bands ? missing.linearInterpolation(of: truth) : nil
    distances = Distances(edit: edit, linearInterpolation: line.flatMap { missing.distance($0, truth) }, mean: mean)
  }

  /// A few lines for a person.
  var summary: String {
    var text = String(format: "%.2f s of audio, %d network calls", seconds, networkCalls)
    if let blockFrames, blockFrames > 1 {
      text += ", means of \(blockFrames) frames known"
    } else if let missingFrames, missingFrames > 0 {
      text += ", \(missingFrames) frames drawn"
    }
    if let distances {
      text += "\nln mel distance  \(Self.inWords(distances.edit)), the voice's mean \(Self.inWords(distances.mean))"
      if let line = distances.linearInterpolation { text += ", linear interpolation \(Self.inWords(line))" }
    }
    if let between { text += "\n" + between.summary }
    return text
  }

  /// A difference of ln magnitudes, in decibels too.
  static func inWords(_ distance: Double) -> String {
    String(format: "%.3f (%.1f dB)", distance, distance * 20 / log(10))
  }
}
