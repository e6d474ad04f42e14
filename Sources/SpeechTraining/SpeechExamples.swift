import AudioFile
import Foundation
import SpeechCorpus
import SpeechHead
import Synchronization
import TextFrontEnd

/// The recorded sentences that a voice is trained on.
public struct SpeechExamples: Sendable {
  /// A sentence that is not among the examples, and why.
  public struct Exclusion: Sendable, Hashable {
    public var name: String
    public var reason: String
  }

  /// Phones and pauses without stress, by token number.
  public var phones: [String]
  public var speakers: [VoiceDescription.Speaker]
  public var training: [SpeechUtterance]
  public var heldOut: [SpeechUtterance]
  public var excluded: [Exclusion] = []

  public init(
    phones: [String], speakers: [VoiceDescription.Speaker], training: [SpeechUtterance], heldOut: [SpeechUtterance]
  ) {
    self.phones = phones
    self.speakers = speakers
    self.training = training
    self.heldOut = heldOut
  }

  /// Reads corpora: one speaker each, named like its folder.
  ///
  /// - Parameters:
  ///   - lexicon: words whose sounds are not those of the language; whoever speaks with the voice needs it too.
  ///   - known: a voice's speakers, whose statistics are used instead of the recordings' own.
  ///   - progress: called with the number of recordings read, from any thread.
  /// - Throws: `SpeechError.badSetting` for two corpora of one name, or one without a usable sentence; `.unknownSpeaker`
  ///   for a corpus whose name is not among the known.
  public init(
    _ corpora: [SpeechCorpus], _ configuration: VoiceTrainingConfiguration, lexicon: UserLexicon = UserLexicon(),
    threads: Int, known: [VoiceDescription.Speaker]? = nil,
    progress: @Sendable @escaping (Int) -> Void = { _ in }
  ) throws(SpeechError) {
    self.init(phones: PhonemeSequence.symbols, speakers: [], training: [], heldOut: [])
    var names: Set<String> = []
    let reader = try UtteranceReader(configuration, lexicon)
    var done = 0
    for (number, corpus) in corpora.enumerated() {
      var speaker = number
      if let known {
        guard let index = known.firstIndex(where: { $0.name == corpus.name }) else {
          throw .unknownSpeaker(name: corpus.name, known: known.map(\.name))
        }
        speaker = index
      }
      guard names.insert(corpus.name).inserted else {
        throw .badSetting("two corpora are named \(corpus.name); the folder's name is the speaker's")
      }
      let before = done
      var read = reader.read(corpus, speaker: speaker, threads: threads) { progress(before + $0) }
      done += corpus.entries.count
      excluded += read.excluded
      let isHeldOut = read.utterances.map { Self.isHeldOut($0.text, share: configuration.heldOutSentences) }
      let trained = zip(read.utterances, isHeldOut).filter { !$0.1 }.map(\.0.utterance)
      guard !trained.isEmpty else {
        throw .badSetting("\(corpus.path): no sentence can be trained on; saltus data describe \(corpus.path) says why")
      }
      let statistics =
        known?[speaker] ?? Self.statistics(of: trained, name: corpus.name, bands: configuration.mel.bands)
      for index in read.utterances.indices {
        statistics.normalize(&read.utterances[index].utterance.mel)
        statistics.normalize(pitch: &read.utterances[index].utterance.pitch)
        if isHeldOut[index] {
          heldOut.append(read.utterances[index].utterance)
        } else {
          training.append(read.utterances[index].utterance)
        }
      }
      speakers.append(statistics)
    }
  }

  /// By what is said, not by who says it: a sentence that two speakers read is held out of both.
  public static func isHeldOut(_ text: String, share: Double) -> Bool {
    // FNV-1a, and a mix of its bits: the hash of a short text is not even.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.lowercased().utf8 where 97...122 ~= byte { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash ^= hash >> 33
    hash = hash &* 0xff51_afd7_ed55_8ccd
    hash ^= hash >> 33
    return Double(hash >> 11) / Double(1 << 53) < share
  }

  private static func statistics(
    of utterances: [SpeechUtterance], name: String, bands: Int
  ) -> VoiceDescription.Speaker {
    var (sums, count) = ([Double](repeating: 0, count: bands), 0)
    for utterance in utterances {
      utterance.mel.withUnsafeBufferPointer { mel in
        for i in mel.indices { sums[i % bands] += Double(mel[i]) }
      }
      count += utterance.frameCount(bands: bands)
    }
    let mean = sums.map { $0 / Double(count) }
    var squares = 0.0
    for utterance in utterances {
      utterance.mel.withUnsafeBufferPointer { mel in
        for i in mel.indices { squares += (Double(mel[i]) - mean[i % bands]) * (Double(mel[i]) - mean[i % bands]) }
      }
    }
    let deviation = (squares / Double(count * bands)).squareRoot()
    let pitches = utterances.flatMap(\.pitch).filter { $0 > 0 }.map { log(Double($0)) }
    let pitchMean = pitches.isEmpty ? 5 : pitches.reduce(0, +) / Double(pitches.count)
    let pitchSquares = pitches.reduce(0) { $0 + ($1 - pitchMean) * ($1 - pitchMean) }
    let pitchDeviation = (pitchSquares / Double(max(1, pitches.count))).squareRoot()
    return VoiceDescription.Speaker(
      name: name, mean: mean.map { Float($0) }, deviation: Float(max(deviation, 1e-3)), pitchMean: Float(pitchMean),
      pitchDeviation: Float(max(pitchDeviation, 1e-2)))
  }
}

/// Recordings with their texts → utterances with mels that are not normalised yet.
private struct UtteranceReader {
  struct Result {
    var utterances: [(utterance: SpeechUtterance, text: String)] = []
    var excluded: [SpeechExamples.Exclusion] = []
  }

  private let configuration: VoiceTrainingConfiguration
  private let analysis: MelAnalysis
  private let normalizer: TextNormalizer
  private let pronouncer: Pronouncer

  init(_ configuration: VoiceTrainingConfiguration, _ lexicon: UserLexicon) throws(SpeechError) {
    normalizer = TextNormalizer(lexicon: lexicon)
    pronouncer = Pronouncer(lexicon: lexicon)
    self.configuration = configuration
    analysis = try MelAnalysis(configuration.mel)
  }

  func read(_ corpus: SpeechCorpus, speaker: Int, threads: Int, progress: @Sendable @escaping (Int) -> Void) -> Result {
    let report = CorpusReport(corpus, threads: threads)
    let entries = report.usable(corpus)
    let next = Atomic(0)
    let slots = Mutex([Swift.Result<SpeechUtterance, SpeechError>?](repeating: nil, count: entries.count))
    let done = Mutex(corpus.entries.count - entries.count)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, entries.count))) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < entries.count else { return }
        let outcome: Swift.Result<SpeechUtterance, SpeechError>
        do throws(SpeechError) {
          outcome = .success(try utterance(entries[index], of: corpus, speaker: speaker))
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
    var result = Result()
    for finding in report.findings where finding.problem.excludes {
      result.excluded.append(
        SpeechExamples.Exclusion(name: "\(corpus.name)/\(finding.entry.id)", reason: "\(finding.problem)"))
    }
    for (entry, slot) in zip(entries, slots.withLock { $0 }) {
      switch slot! {
      case .success(let utterance): result.utterances.append((utterance, entry.text))
      case .failure(let error):
        result.excluded.append(SpeechExamples.Exclusion(name: "\(corpus.name)/\(entry.id)", reason: "\(error)"))
      }
    }
    return result
  }

  private func utterance(
    _ entry: SpeechCorpus.Entry, of corpus: SpeechCorpus, speaker: Int
  ) throws(SpeechError) -> SpeechUtterance {
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
    let samples = recording.waveform.samples
    if samples.isEmpty { throw .badSetting("the recording is silent") }
    var utterance = SpeechUtterance(
      name: "\(corpus.name)/\(entry.id)", tokens: sequence.tokens, speaker: speaker,
      mel: try analysis(samples),
      pitch: analysis.pitch(samples))
    utterance.start = recording.start
    let frames = utterance.frameCount(bands: configuration.mel.bands)
    let states = sequence.tokens.count * configuration.encoder.states
    if frames < states { throw .badSetting("too fast: \(frames) frames for the \(states) states of its phones") }
    return utterance
  }
}
