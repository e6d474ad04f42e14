import Foundation
import PolicyHead
import Reporting

/// What `saltus control` measured, in the JSON keys of its `--json`. Times are milliseconds.
struct ControlReport: Encodable {
  struct Times: Encodable {
    /// nil if there are none.
    var p50: Double?
    var p99: Double?
    var max: Double?

    var summary: String {
      [("p50", p50), ("p99", p99), ("max", max)]
        .compactMap { name, value in value.map { String(format: "\(name) %.3f ms", $0) } }.joined(separator: ", ")
    }
  }

  let rate: Double
  let mode: String
  /// Microseconds.
  let headStart: Double
  let threads: Int
  let load: Int
  /// Whether real-time priority was asked for and granted.
  let isRealTime: Bool
  let periods: Int
  let missedDeadlines: Int
  /// From the start of a period to its action, where the deadline was not missed.
  let latency: Times
  /// How late the loop woke up; p50 is not kept.
  let wakeup: Times
  let chunks: Int
  /// From a question to the policy to its chunk.
  let inference: Times
  let jumps: EvaluationReport.Jumps
  /// Of the episodes that ended meanwhile.
  let scores: [Double]

  enum CodingKeys: String, CodingKey {
    case rate, mode, threads, load, periods, chunks, scores
    case headStart = "head_start_us"
    case isRealTime = "real_time"
    case missedDeadlines = "missed_deadlines"
    case latency = "latency_ms"
    case wakeup = "wakeup_ms"
    case inference = "inference_ms"
    case jumps = "action_jumps"
  }

  init(
    rate: Double, mode: String, headStart: Double, threads: Int, load: Int, isRealTime: Bool,
    _ report: ControlLoop.Report, scores: [Double]
  ) {
    self.rate = rate
    self.mode = mode
    self.headStart = headStart
    self.threads = threads
    self.load = load
    self.isRealTime = isRealTime
    periods = report.periods
    missedDeadlines = report.missedDeadlines
    latency = Times(p50: report.latencyP50, p99: report.latencyP99, max: report.latencyMax)
    wakeup = Times(p99: report.wakeupP99, max: report.wakeupMax)
    chunks = report.chunks
    inference = Times(p50: report.chunkP50, p99: report.chunkP99, max: report.chunkMax)
    jumps = EvaluationReport.Jumps(report.jumps)
    self.scores = scores
  }

  /// A few lines for a person.
  var summary: String {
    let setting =
      "\(mode), \(String(format: "%g", rate)) Hz, \(threads) thread\(threads == 1 ? "" : "s")"
      + (headStart > 0 ? String(format: ", %g µs of head start", headStart) : "")
      + (load > 0 ? ", \(load) busy threads beside it" : "") + (isRealTime ? ", real-time priority" : "")
    let mean = scores.isEmpty ? "" : String(format: ", mean score %.3f", Statistics.mean(scores))
    return """
      loop          \(setting)
      deadlines     \(missedDeadlines) of \(periods) missed
      latency       \(latency.summary)
      wake-up       \(wakeup.summary)
      inference     \(inference.summary)  (\(chunks) chunks)
      action jumps  \(jumps.summary)
      episodes      \(scores.count)\(mean)
      """
  }
}
