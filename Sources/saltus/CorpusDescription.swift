import Foundation
import Reporting
import SpeechCorpus

/// What `saltus data describe` says of recordings.
struct CorpusDescription: Encodable {
  struct Finding: Encodable {
    let id: String
    let line: Int
    let problem: String
    /// Whether training has to do without the sentence.
    let excluded: Bool
  }

  let sentences: Int
  let usable: Int
  let minutes: Double
  let sampleRates: [Int: Int]
  let unlisted: [String]
  let findings: [Finding]

  init(_ path: String, threads: Int) throws(CorpusError) {
    let corpus = try SpeechCorpus(path)
    let report = CorpusReport(corpus, threads: threads)
    sentences = corpus.entries.count
    usable = report.usable(corpus).count
    minutes = report.seconds / 60
    sampleRates = report.sampleRates
    unlisted = report.unlisted
    findings = report.findings.map {
      Finding(id: $0.entry.id, line: $0.entry.line, problem: "\($0.problem)", excluded: $0.problem.excludes)
    }
  }

  /// Whether a folder is a corpus rather than a data set of demonstrations.
  static func isCorpus(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/metadata.csv") }

  var table: String {
    let rates = sampleRates.sorted { $0.key < $1.key }.map { "\($0.value) at \($0.key) Hz" }.joined(separator: ", ")
    var lines = [
      "sentences   \(sentences), of which \(usable) can be trained on", "recordings  \(rates.isEmpty ? "none" : rates)",
      String(format: "sound       %.1f minutes without silent ends", minutes),
    ]
    if !unlisted.isEmpty {
      lines.append("unlisted    \(unlisted.count) recordings are not in metadata.csv, first \(unlisted[0])")
    }
    for finding in findings {
      lines.append(
        "problem     \(finding.id) (line \(finding.line)): \(finding.problem)\(finding.excluded ? ": left out" : "")")
    }
    return lines.joined(separator: "\n")
  }
}
