import SpeechCorpus
import SpeechHead
import TextFrontEnd

/// What a voice's training makes of a corpus, before anything is trained: it asks what `SpeechExamples` asks.
public struct CorpusExamination: Sendable {
  /// A sentence with something against it.
  public struct Finding: Sendable {
    public var entry: SpeechCorpus.Entry
    public var problem: String
    /// Whether training has to do without the sentence.
    public var excludes: Bool
  }

  /// Of the recordings themselves.
  public let report: CorpusReport
  /// What is trained on, and what is kept for evaluations, in the list's order.
  public let training: [SpeechCorpus.Entry]
  public let heldOut: [SpeechCorpus.Entry]
  /// In the list's order; several for one entry are possible.
  public let findings: [Finding]

  /// - Parameters:
  ///   - lexicon: that training gets.
  ///   - progress: called with the number of recordings read, from any thread.
  /// - Throws: `SpeechError.badSetting` for mel bands that the transform cannot tell apart.
  public init(
    _ corpus: SpeechCorpus, _ configuration: VoiceTrainingConfiguration, lexicon: UserLexicon = UserLexicon(),
    threads: Int, progress: @Sendable @escaping (Int) -> Void = { _ in }
  ) throws(SpeechError) {
    let reader = try UtteranceReader(configuration, lexicon)
    let read = reader.read(corpus, threads: threads, progress: progress) { entry throws(SpeechError) in
      _ = try reader.sentence(entry, of: corpus)
    }
    report = read.report
    let used = read.used.map(\.entry)
    func isHeldOut(_ entry: SpeechCorpus.Entry) -> Bool {
      SpeechExamples.isHeldOut(entry.text, share: configuration.heldOutSentences)
    }
    training = used.filter { !isHeldOut($0) }
    heldOut = used.filter(isHeldOut)
    let harmless = report.findings.filter { !$0.problem.excludes }
    findings =
      (read.excluded.map { Finding(entry: $0.entry, problem: $0.reason, excludes: true) }
      + harmless.map { Finding(entry: $0.entry, problem: "\($0.problem)", excludes: false) })
      .sorted { $0.entry.line < $1.entry.line }
  }
}
