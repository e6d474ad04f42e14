import Reporting

/// Rows that can stand in one table: made with the same settings, each method once.
public struct Comparison<Report: ComparedReport>: Sendable {
  /// Best merit in the fewest calls first.
  public let rows: [ComparisonRow<Report>]
  public let settings: ComparisonSettings

  /// Network calls that the table has columns for.
  public static var columns: [Int] { [1, 2, 4] }

  /// - Throws: `CommandFailure` for no rows, rows of different settings or shared weights, or two rows of one method.
  public init(_ rows: [ComparisonRow<Report>]) throws(CommandFailure) {
    guard let first = rows.first else { throw CommandFailure("there are no rows to compare") }
    settings = first.settings
    for (index, row) in rows.enumerated() {
      guard row.settings == first.settings else {
        throw CommandFailure(
          "\(first.method) and \(row.method) cannot be compared: \(first.settings.summary); \(row.settings.summary)")
      }
      // Rows of long ago do not say.
      if let weights = row.sharedWeights,
        let other = rows[..<index].first(where: { $0.sharedWeights != nil && $0.sharedWeights != weights })
      {
        throw CommandFailure(
          "\(other.method) and \(row.method) cannot be compared: their encoders or refiners, which all methods are to share, differ"
        )
      }
      if rows[..<index].contains(where: { $0.method == row.method }) {
        throw CommandFailure("there are two rows of \(row.method)")
      }
    }
    func isBefore(_ a: ComparisonRow<Report>, _ b: ComparisonRow<Report>) -> Bool {
      for calls in Self.columns {
        let (mine, its) = (a.result(calls: calls)?.report.merit, b.result(calls: calls)?.report.merit)
        if mine != its { return mine ?? -.infinity > its ?? -.infinity }
      }
      return a.method < b.method
    }
    self.rows = rows.sorted(by: isBefore)
  }
}

extension Comparison where Report == EvaluationReport {
  /// The method with the best mean score in so many calls, and those that are not told apart from it.
  public struct Winner: Sendable, Equatable {
    /// With its γ, where it was asked for one.
    public var method: String
    public var score: Double
    /// Best first; the 95 % interval of the score's mean difference, start by start, holds 0.
    public var equals: [String]
  }

  /// Who wins at so many network calls; nil if nobody was measured there.
  public func winner(calls: Int) -> Winner? {
    let measured = rows.flatMap { row -> [(method: String, report: EvaluationReport)] in
      row.results(calls: calls).map { (row.name(of: $0), $0.report) }
    }
    let candidates = measured.sorted { ($0.report.meanScore, $1.method) > ($1.report.meanScore, $0.method) }
    guard let best = candidates.first else { return nil }
    let equals = candidates.dropFirst().filter { other in
      let differences = zip(best.report.scores, other.report.scores).map { $0 - $1 }
      return Statistics.bootstrapInterval(ofMean: differences).contains(0)
    }
    return Winner(method: best.method, score: best.report.meanScore, equals: equals.map(\.method))
  }
}
