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
  /// Of sound between the silent ends, that is trained on.
  let minutes: Double
  let heldOutMinutes: Double
  let leftOutMinutes: Double
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
    let used = Set(examined.training + examined.heldOut)
    minutes = examined.report.seconds(of: examined.training) / 60
    heldOutMinutes = examined.report.seconds(of: examined.heldOut) / 60
    leftOutMinutes = examined.report.seconds(of: corpus.entries.filter { !used.contains($0) }) / 60
    sampleRates = examined.report.sampleRates
    unlisted = examined.report.unlisted
    findings = examined.findings.map {
      Finding(id: $0.entry.id, line: $0.entry.line, problem: $0.problem, excluded: $0.excludes)
    }
  }

  /// Whether a folder is a corpus, or would be one if it had a list, rather than a data set of demonstrations.
  static func isCorpus(_ path: String) -> Bool {
    if FileManager.default.fileExists(atPath: path + "/metadata.csv") { return true }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    // Some data set may lie beside recordings; its reader names it.
    let isDataset = names.contains { $0 == ".zgroup" || $0.contains(".zarr") }
    return !isDataset && SpeechCorpus.hasRecordings(path)
  }

  /// Sentences that are trained on; without one no voice can be trained.
  var trained: Int { usable - heldOut }

  var table: String {
    let rates = sampleRates.sorted { $0.key < $1.key }.map { "\($0.value) at \($0.key) Hz" }.joined(separator: ", ")
    var lines = [
      "sentences   \(sentences), of which \(trained) are trained on and \(heldOut) held out",
      "recordings  \(rates.isEmpty ? "none" : rates)",
      String(
        format: "sound       %.1f minutes are trained on, %.1f held out and %.1f left out, without silent ends",
        minutes, heldOutMinutes, leftOutMinutes),
    ]
    if !unlisted.isEmpty {
      lines.append("unlisted    \(unlisted.count) recordings are not in metadata.csv, first \(unlisted[0])")
    }
    if trained == 0 { lines.append("problem     no sentence can be trained on") }
    for finding in findings {
      lines.append(
        "problem     \(finding.id) (line \(finding.line)): \(finding.problem)\(finding.excluded ? ": left out" : "")")
    }
    return lines.joined(separator: "\n")
  }
}
