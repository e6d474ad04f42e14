import AudioFile
import Foundation
import SpeechCorpus
import SpeechHead
import Synchronization
import TextFrontEnd

/// Recordings with their texts → utterances with mels that are not normalised yet. All that can speak against a sentence is
/// asked here.
struct UtteranceReader: Sendable {
  /// Of a corpus, in its order.
  struct Result<Value: Sendable>: Sendable {
    var report: CorpusReport
    var used: [(entry: SpeechCorpus.Entry, value: Value)] = []
    var excluded: [(entry: SpeechCorpus.Entry, reason: String)] = []
  }

  /// A sentence that nothing speaks against.
  struct Sentence: Sendable {
    var tokens: [PhonemeToken]
    var recording: RecordingPreparation.Prepared
    /// ln mel, `[frames, bands]`.
    var mel: [Float]
  }

  private let configuration: VoiceTrainingConfiguration
  private let analysis: MelAnalysis
  private let normalizer: TextNormalizer
  private let pronouncer: Pronouncer

  /// - Throws: `SpeechError.badSetting` for mel bands that the transform cannot tell apart.
  init(_ configuration: VoiceTrainingConfiguration, _ lexicon: UserLexicon) throws(SpeechError) {
    normalizer = TextNormalizer(lexicon: lexicon)
    pronouncer = Pronouncer(lexicon: lexicon)
    self.configuration = configuration
    analysis = try MelAnalysis(configuration.mel)
  }

  /// Reads all entries that the corpus's own report has nothing against.
  ///
  /// - Parameters:
  ///   - progress: called with the number of entries that are done, from any thread.
  ///   - make: from an entry, on any thread; what it throws excludes the entry.
  func read<Value: Sendable>(
    _ corpus: SpeechCorpus, threads: Int, progress: @Sendable @escaping (Int) -> Void,
    make: @Sendable (SpeechCorpus.Entry) throws(SpeechError) -> Value
  ) -> Result<Value> {
    let report = CorpusReport(corpus, threads: threads)
    let entries = report.usable(corpus)
    let next = Atomic(0)
    let slots = Mutex([Swift.Result<Value, SpeechError>?](repeating: nil, count: entries.count))
    let done = Mutex(corpus.entries.count - entries.count)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, entries.count))) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < entries.count else { return }
        let outcome: Swift.Result<Value, SpeechError>
        do throws(SpeechError) {
          outcome = .success(try make(entries[index]))
        } catch {
          outcome = .failure(error)
        }
        slots.withLock { $0[index] = outcome }
        progress(
          done.withLock {
            $0 += 1
            return $0
          })
      }
    }
    var result = Result<Value>(report: report)
    for finding in report.findings where finding.problem.excludes {
      result.excluded.append((finding.entry, "\(finding.problem)"))
    }
    for (entry, slot) in zip(entries, slots.withLock { $0 }) {
      switch slot! {
      case .success(let value): result.used.append((entry, value))
      case .failure(let error): result.excluded.append((entry, "\(error)"))
      }
    }
    return result
  }

  /// A sentence's tokens and sound.
  ///
  /// - Throws: `SpeechError.badSetting`: why it cannot be trained on.
  func sentence(_ entry: SpeechCorpus.Entry, of corpus: SpeechCorpus) throws(SpeechError) -> Sentence {
    let sequence: PhonemeSequence
    let recording: RecordingPreparation.Prepared
    do {
      sequence = try PhonemeSequence(
        normalizer.normalize(entry.text).sentences, pronouncer: pronouncer, phones: PhonemeSequence.symbols)
      var preparation = RecordingPreparation()
      preparation.sampleRate = configuration.mel.sampleRate
      preparation.loudness = configuration.loudness
      recording = try preparation(path: corpus.recording(of: entry)!)
    } catch {
      throw .badSetting("\(error)")
    }
    if sequence.isEmpty { throw .badSetting("nothing in its text can be read") }
    if recording.waveform.samples.isEmpty { throw .badSetting("the recording is silent") }
    let mel = try analysis(recording.waveform.samples)
    let frames = mel.count / configuration.mel.bands
    let states = sequence.tokens.count * configuration.encoder.states
    if frames < states { throw .badSetting("too fast: \(frames) frames for the \(states) states of its phones") }
    return Sentence(tokens: sequence.tokens, recording: recording, mel: mel)
  }

  /// - Throws: as `sentence`.
  func utterance(
    _ entry: SpeechCorpus.Entry, of corpus: SpeechCorpus, speaker: Int
  ) throws(SpeechError) -> SpeechUtterance {
    let sentence = try sentence(entry, of: corpus)
    var utterance = SpeechUtterance(
      name: "\(corpus.name)/\(entry.id)", tokens: sentence.tokens, speaker: speaker, mel: sentence.mel,
      pitch: analysis.pitch(sentence.recording.waveform.samples))
    utterance.start = sentence.recording.start
    return utterance
  }
}
