import Charts
import Foundation
import Reporting

/// The scores of evaluations as a chart: for every score, the fraction of episodes that reached it.
enum EvaluationChart {
  /// - Parameter paths: files that `saltus evaluate --json` wrote.
  /// - Throws: `CommandFailure` naming the file that cannot be read.
  static func read(_ paths: [String], title: String) throws(CommandFailure) -> Chart {
    var series: [Series] = []
    for (index, path) in paths.enumerated() {
      guard let bytes = FileManager.default.contents(atPath: path),
        let report = try? JSONDecoder().decode(EvaluationReport.self, from: bytes)
      else { throw CommandFailure("\(path): this is no file that \"saltus evaluate --json\" wrote") }
      let name = URL(filePath: path).deletingPathExtension().lastPathComponent
      let label = "\(name): mean \(String(format: "%.3f", report.meanScore)), \(report.episodes) episodes"
      series.append(
        .line(reached(report.scores), label: label, color: ChartColor.cycle[index % ChartColor.cycle.count]))
    }
    return Chart(
      title, x: Axis("score", range: 0...1), y: Axis("episodes with at least this score", range: 0...1.05),
      series: series)
  }

  /// A staircase from (0, 1) down: the fraction of scores at or above x.
  private static func reached(_ scores: [Double]) -> [SIMD2<Double>] {
    var points = [SIMD2(0.0, 1.0)]
    for (index, score) in scores.sorted().enumerated() {
      points.append(SIMD2(score, points[points.count - 1].y))
      points.append(SIMD2(score, 1 - Double(index + 1) / Double(scores.count)))
    }
    return points
  }
}
