import Charts
import Reporting

/// What one way of sampling a trained network measured, in a comparison of policies or of voices.
public protocol ComparedReport: Codable, Equatable, Sendable {
  /// What is compared, in the plural.
  static var kind: String { get }
  /// Network calls per sample.
  var calls: Int { get }
  /// By which rows are ordered; more is better.
  var merit: Double { get }
  /// A comparison as Markdown.
  static func markdown(_ comparison: Comparison<Self>) -> String
  /// A comparison's plot.
  static func figure(_ comparison: Comparison<Self>) -> Figure
}

extension EvaluationReport: ComparedReport {
  public static var kind: String { "policies" }
  public var calls: Int { networkCallsPerChunk }
  /// The mean score.
  public var merit: Double { meanScore }
  public static func markdown(_ comparison: Comparison<Self>) -> String { ComparisonTable(comparison).markdown }
  public static func figure(_ comparison: Comparison<Self>) -> Figure { Figure(comparison) }
}

extension SpeechEvaluationReport: ComparedReport {
  public static var kind: String { "voices" }
  public var calls: Int { networkCallsPerChunk }
  /// The nearness to the recordings.
  public var merit: Double { -frechet }
  public static func markdown(_ comparison: Comparison<Self>) -> String { SpeechComparisonTable(comparison).markdown }
  public static func figure(_ comparison: Comparison<Self>) -> Figure { Figure(comparison) }
}
