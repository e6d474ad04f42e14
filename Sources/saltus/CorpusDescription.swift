import Foundation
import SpeechCorpus
import SpeechHead
import SpeechTraining
import Synchronization
import TextFrontEnd

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
  /// What is trained on or held out.
  let usable: Int
  let heldOut: Int
  let minutes: Double
  let sampleRates: [Int: Int]
  let unlisted: [String]
  let findings: [Finding]

  /// - Throws: `CorpusError` for a folder that is no corpus, `SpeechError.badSetting` for impossible mel bands.
  init(
    _ path: String, _ configuration: VoiceTrainingConfiguration, lexicon: UserLexicon, threads: Int
  ) throws {
    let corpus = try SpeechCorpus(path)
    let progress = Mutex(Ranks.progress("recordings", total: corpus.entries.count))
    let examined = try CorpusExamination(corpus, configuration, lexicon: lexicon, threads: threads) { count in
      progress.withLock { $0.update(step: count) }
    }
    progress.withLock { $0.finish() }
    sentences = corpus.entries.count
    heldOut = examined.heldOut.count
    usable = examined.training.count + heldOut
    minutes = examined.report.seconds / 60
    sampleRates = examined.report.sampleRates
    unlisted = examined.report.unlisted
    findings = examined.findings.map {
      Finding(id: $0.entry.id, line: $0.entry.line, problem: $0.problem, excluded: $0.excludes)
    }
  }

  /// Whether a folder is a corpus rather than a data set of demonstrations.
  static func isCorpus(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/metadata.csv") }

  var table: String {
    let rates = sampleRates.sorted { $0.key < $1.key }.map { "\($0.value) at \($0.key) Hz" }.joined(separator: ", ")
    var lines = [
      "sentences   \(sentences), of which \(usable - heldOut) are trained on and \(heldOut) held out",
      "recordings  \(rates.isEmpty ? "none" : rates)",
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
