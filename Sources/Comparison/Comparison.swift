import Reporting

/// Rows that can stand in one table: made with the same settings, each method once.
public struct Comparison: Sendable {
  /// Best mean score in the fewest calls first.
  public let rows: [ComparisonRow]
  public let settings: ComparisonSettings

  /// Network calls that the table has columns for.
  public static let columns = [1, 2, 4]

  /// - Throws: `CommandFailure` for no rows, rows of different settings, or two rows of one method.
  public init(_ rows: [ComparisonRow]) throws(CommandFailure) {
    guard let first = rows.first else { throw CommandFailure("there are no rows to compare") }
    settings = first.settings
    for (index, row) in rows.enumerated() {
      guard row.settings == first.settings else {
        throw CommandFailure(
          "\(first.method) and \(row.method) cannot be compared: \(first.settings.summary); \(row.settings.summary)")
      }
      if rows[..<index].contains(where: { $0.method == row.method }) {
        throw CommandFailure("there are two rows of \(row.method)")
      }
    }
    func isBefore(_ a: ComparisonRow, _ b: ComparisonRow) -> Bool {
      for calls in Self.columns {
        let (mine, its) = (a.result(calls: calls)?.report.meanScore, b.result(calls: calls)?.report.meanScore)
        if mine != its { return mine ?? -1 > its ?? -1 }
      }
      return a.method < b.method
    }
    self.rows = rows.sorted(by: isBefore)
  }

  /// The method with the best mean score in so many calls, and those that are not told apart from it.
  public struct Winner: Sendable, Equatable {
    public var method: String
    public var score: Double
    /// Best first; the 95 % interval of the score's mean difference, start by start, holds 0.
    public var equals: [String]
  }

  /// Who wins at so many network calls; nil if nobody was measured there.
  public func winner(calls: Int) -> Winner? {
    let candidates = rows.compactMap { row in
      row.result(calls: calls).map { (method: row.method, report: $0.report) }
    }.sorted { ($0.report.meanScore, $1.method) > ($1.report.meanScore, $0.method) }
    guard let best = candidates.first else { return nil }
    let equals = candidates.dropFirst().filter { other in
      let differences = zip(best.report.scores, other.report.scores).map { $0 - $1 }
      return Statistics.bootstrapInterval(ofMean: differences).contains(0)
    }
    return Winner(method: best.method, score: best.report.meanScore, equals: equals.map(\.method))
  }
}
