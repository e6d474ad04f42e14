import Foundation
import SpeechCorpus
import SpeechHead
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
      let read = reader.read(corpus, threads: threads, progress: { progress(before + $0) }) {
        [speaker] entry throws(SpeechError) in
        try reader.utterance(entry, of: corpus, speaker: speaker)
      }
      done += corpus.entries.count
      excluded += read.excluded.map { Exclusion(name: "\(corpus.name)/\($0.entry.id)", reason: $0.reason) }
      var utterances = read.used.map(\.value)
      let isHeldOut = read.used.map { Self.isHeldOut($0.entry.text, share: configuration.heldOutSentences) }
      let trained = zip(utterances, isHeldOut).filter { !$0.1 }.map(\.0)
      guard !trained.isEmpty else {
        throw .badSetting("\(corpus.path): no sentence can be trained on; saltus data describe \(corpus.path) says why")
      }
      let statistics =
        known?[speaker] ?? Self.statistics(of: trained, name: corpus.name, bands: configuration.mel.bands)
      for index in utterances.indices {
        statistics.normalize(&utterances[index].mel)
        statistics.normalize(pitch: &utterances[index].pitch)
        if isHeldOut[index] {
          heldOut.append(utterances[index])
        } else {
          training.append(utterances[index])
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
