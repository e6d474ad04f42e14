import Foundation
import Reporting

/// One edited chunk, in the JSON keys of `saltus edit actions`.
struct ActionEditReport: Encodable {
  /// Those that are executed; the first belongs to the newest observation.
  let actions: [[Double]]
  /// The whole horizon; its first row belongs to the oldest observation.
  let plan: [[Double]]
  /// The sketch, or what the policy draws from the same noise with nothing known.
  let unedited: [[Double]]
  let networkCalls: Int
  /// Values that were given, or means.
  let knownValues: Int
  /// How far the plan is off them at most, in the data's units.
  let knownError: Double
  let milliseconds: Double

  enum CodingKeys: String, CodingKey {
    case actions, plan, unedited, milliseconds
    case networkCalls = "network_calls"
    case knownValues = "known_values"
    case knownError = "known_error"
  }
}

/// What `saltus edit actions --simulate` measured, in the JSON keys of its `--json`.
struct ActionEditMeasurement: Encodable {
  /// A mean over chunks and its 95 % interval by bootstrap, [low, high].
  struct Mean: Encodable {
    let mean: Double
    let interval: [Double]

    enum CodingKeys: String, CodingKey {
      case mean
      case interval = "ci95"
    }

    /// - Precondition: there are values.
    init(_ values: [Double]) {
      mean = Statistics.mean(values)
      let range = Statistics.bootstrapInterval(ofMean: values)
      interval = [range.lowerBound, range.upperBound]
    }

    var summary: String { String(format: "%.4g [%.4g, %.4g]", mean, interval[0], interval[1]) }
  }

  /// The root mean square error of one chunk's missing values, in the data's units.
  struct Errors {
    var edit: Double
    /// nil where of some channel nothing is known.
    var linearInterpolation: Double?
    /// Of what the policy draws with nothing known.
    var unedited: Double
    /// See `ActionEditReport.knownError`.
    var known: Double
  }

  let chunks: Int
  let networkCalls: Int
  let knownValues: Int
  /// The greatest over all chunks.
  let knownError: Double
  let edit: Mean
  let linearInterpolation: Mean?
  let unedited: Mean
  /// The edit's error less the other's, chunk by chunk.
  let lessThanLinearInterpolation: Mean?
  let lessThanUnedited: Mean

  enum CodingKeys: String, CodingKey {
    case chunks
    case networkCalls = "network_calls"
    case knownValues = "known_values"
    case knownError = "known_error"
    case edit = "edit_error"
    case linearInterpolation = "linear_interpolation_error"
    case unedited = "unedited_error"
    case lessThanLinearInterpolation = "edit_less_linear_interpolation"
    case lessThanUnedited = "edit_less_unedited"
  }

  /// - Parameter errors: of at least one chunk.
  init(_ errors: [Errors], networkCalls: Int, knownValues: Int) {
    chunks = errors.count
    self.networkCalls = networkCalls
    self.knownValues = knownValues
    knownError = errors.map(\.known).max() ?? 0
    edit = Mean(errors.map(\.edit))
    unedited = Mean(errors.map(\.unedited))
    lessThanUnedited = Mean(errors.map { $0.edit - $0.unedited })
    let lines = errors.compactMap(\.linearInterpolation)
    let hasLines = lines.count == errors.count
    linearInterpolation = hasLines ? Mean(lines) : nil
    lessThanLinearInterpolation = hasLines ? Mean(zip(errors, lines).map { $0.edit - $1 }) : nil
  }

  /// A few lines for a person.
  var summary: String {
    var text = "\(chunks) chunks, \(networkCalls) network calls; error of what is missing, in the data's units:"
    text += "\nedited                \(edit.summary)"
    if let linearInterpolation { text += "\nlinear interpolation  \(linearInterpolation.summary)" }
    text += "\nunedited              \(unedited.summary)"
    if let lessThanLinearInterpolation {
      text += "\nedited less linear    \(lessThanLinearInterpolation.summary)"
    }
    return text + String(format: "\nknown values (%d of each chunk) off by at most %.3g", knownValues, knownError)
  }
}
