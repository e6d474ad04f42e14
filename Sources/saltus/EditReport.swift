import Foundation
import SpeechHead

/// What `saltus edit speech` did, in the JSON keys of its `--json`.
struct EditReport: Encodable {
  /// Root mean square differences of ln mel from the recording where it was hidden.
  struct Distances: Encodable {
    let edit: Double
    /// Straight lines over the gaps; nil if there are none.
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
  let missingFrames: Int
  let knownBands: Int
  /// With --simulate.
  let distances: Distances?

  enum CodingKeys: String, CodingKey {
    case seconds
    case networkCalls = "network_calls"
    case missingFrames = "missing_frames"
    case knownBands = "known_bands"
    case distances = "mel_distance"
  }

  init(seconds: Double, networkCalls: Int, missing: MissingMel, edited: [Float], mean: [Float], truth: [Float]?) {
    self.seconds = seconds
    self.networkCalls = networkCalls
    missingFrames = missing.gaps.reduce(0) { $0 + $1.count }
    knownBands = missing.bandLimit
    distances = truth.flatMap { truth in
      guard let edit = missing.distance(edited, truth), let mean = missing.distance(mean, truth) else { return nil }
      let line = missing.bandLimit == missing.bands ? missing.linearInterpolation(of: truth) : nil
      return Distances(edit: edit, linearInterpolation: line.flatMap { missing.distance($0, truth) }, mean: mean)
    }
  }

  /// A few lines for a person.
  var summary: String {
    var text = String(format: "%.2f s of audio, %d network calls", seconds, networkCalls)
    if missingFrames > 0 { text += ", \(missingFrames) frames drawn" }
    if let distances {
      text += String(format: "\nln mel distance  %.3f, the voice's mean %.3f", distances.edit, distances.mean)
      if let line = distances.linearInterpolation { text += String(format: ", linear interpolation %.3f", line) }
    }
    return text
  }
}
