import Checkpoints
import Foundation
import Support

/// What a trainer tells about a step: a line of progress, and of metrics.jsonl.
public struct TrainingReport: Sendable, Codable, Equatable {
  /// Steps done.
  public var step: Int
  /// Mean training loss since the last report.
  public var loss: Double
  /// Loss of the EMA weights on held-out examples; nil where it was not measured.
  public var heldOutLoss: Double?
  /// Of the last of them.
  public var learningRate: Double
  /// Global norm before clipping, mean since the last report.
  public var gradientNorm: Double
  /// Since the last report, held-out losses not counted.
  public var stepsPerSecond: Double
}

/// What the next report averages over. A checkpoint between two reports stores it, so that a resumed run reports what
/// an uninterrupted one does.
struct ReportSums: Codable, Equatable {
  var loss = 0.0
  var gradientNorm = 0.0
  var steps = 0

  mutating func add(loss: Double, gradientNorm: Double) {
    self.loss += loss
    self.gradientNorm += gradientNorm
    steps += 1
  }
}

/// A run's metrics.jsonl: one report per line.
struct MetricsLog {
  private let file: URL

  init(in directory: URL) { file = directory.appending(path: "metrics.jsonl") }

  /// Makes the file empty.
  func clear() throws(TrainingError) { try write(lines: []) }

  /// Appends a line.
  func append(_ report: TrainingReport) throws(TrainingError) {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let handle = try FileHandle(forWritingTo: file)
      defer { try? handle.close() }
      try handle.seekToEnd()
      try handle.write(contentsOf: encoder.encode(report) + Data("\n".utf8))
    } catch {
      throw .file("\(file.path): cannot be written: \(error.localizedDescription)")
    }
  }

  /// Steps that are done again are reported again.
  func drop(after step: Int) throws(TrainingError) {
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n").filter { line in
      // A line that a killed process left unfinished is dropped as well.
      guard let report = try? JSONDecoder().decode(TrainingReport.self, from: Data(line.utf8)) else { return false }
      return report.step <= step
    }
    try write(lines: lines)
  }

  private func write(lines: [Substring]) throws(TrainingError) {
    do {
      try AtomicFile.write(file) { (file) throws(FileError) in
        try file.write(Array(lines.map { $0 + "\n" }.joined().utf8))
      }
    } catch {
      throw .file("\(error)")
    }
  }
}
