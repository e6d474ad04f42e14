import AudioFile
import Foundation
import Synchronization

/// What is in a corpus, and which of its sentences had better not be trained on.
public struct CorpusReport: Sendable {
  public enum Problem: Sendable, Hashable, CustomStringConvertible {
    case missing(id: String)
    case unreadable(String)
    case emptyText
    case silent
    case clipped(stretches: Int)
    case short(seconds: Double)
    case long(seconds: Double)
    /// Seconds per letter, and what is usual in the corpus.
    case mismatched(pace: Double, usual: Double)

    /// Whether training has to do without the sentence; of a clipped one it need not.
    public var excludes: Bool {
      if case .clipped = self { false } else { true }
    }

    public var description: String {
      func number(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }
      return switch self {
      case .missing(let id): "there is no recording \(id).wav or \(id).flac"
      case .unreadable(let words): words
      case .emptyText: "the text has no letter"
      case .silent: "the recording is silent"
      case .clipped(let stretches): "too loud: \(stretches) stretches at full scale"
      case .short(let seconds): "only \(number(seconds)) s long"
      case .long(let seconds): "\(number(seconds, 1)) s long; cut it into sentences of 1 to 15 seconds"
      case .mismatched(let pace, let usual):
        "text and recording do not fit: \(number(pace, 3)) s per letter, \(number(usual, 3)) are usual here"
      }
    }
  }

  public struct Finding: Sendable, Hashable {
    public let entry: SpeechCorpus.Entry
    public let problem: Problem
  }

  /// In the list's order; several for one entry are possible.
  public let findings: [Finding]
  /// Recordings that no line names.
  public let unlisted: [String]
  /// Rates in Hz with the numbers of recordings that have them.
  public let sampleRates: [Int: Int]
  /// Seconds of sound.
  private let durations: [SpeechCorpus.Entry: Double]

  /// The entries that can be trained on.
  public func usable(_ corpus: SpeechCorpus) -> [SpeechCorpus.Entry] {
    let excluded = Set(findings.filter(\.problem.excludes).map(\.entry))
    return corpus.entries.filter { !excluded.contains($0) }
  }

  /// Seconds of sound between the silent ends of entries' recordings, as far as they could be read; of recordings that
  /// are too long to be read, all.
  public func seconds(of entries: [SpeechCorpus.Entry]) -> Double { entries.reduce(0) { $0 + (durations[$1] ?? 0) } }

  private struct Facts: Sendable {
    var problems: [Problem] = []
    var seconds = 0.0
    var pace: Double?
    var sampleRate: Int?
  }

  /// Reads all recordings, but not those whose header says that they are far too long.
  ///
  /// - Parameters:
  ///   - lengths: seconds of sound that are neither too short nor too long.
  ///   - threads: that read, at least 1.
  ///   - progress: called with the number of entries read, from any thread.
  public init(
    _ corpus: SpeechCorpus, lengths: ClosedRange<Double> = 0.3...20, threads: Int = 1,
    progress: @Sendable @escaping (Int) -> Void = { _ in }
  ) {
    let facts = Mutex([Facts](repeating: Facts(), count: corpus.entries.count))
    let done = Mutex(0)
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, corpus.entries.count))) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < corpus.entries.count else { return }
        let entry = corpus.entries[index]
        let found = Self.examine(entry, corpus.recording(of: entry), lengths)
        facts.withLock { $0[index] = found }
        progress(
          done.withLock {
            $0 += 1
            return $0
          })
      }
    }
    let all = facts.withLock { $0 }
    let paces = all.compactMap(\.pace).sorted()
    // Robust limits: half the corpus may be strange before they move.
    let usual = paces.isEmpty ? 0 : log(paces[paces.count / 2])
    let deviations = paces.map { abs(log($0) - usual) }.sorted()
    let spread = max(0.05, (deviations.isEmpty ? 0 : deviations[deviations.count / 2]) * 1.4826)
    findings = zip(corpus.entries, all).flatMap { entry, facts in
      var problems = facts.problems
      if let pace = facts.pace, abs(log(pace) - usual) > 6 * spread {
        problems.append(.mismatched(pace: pace, usual: exp(usual)))
      }
      return problems.map { Finding(entry: entry, problem: $0) }
    }
    unlisted = corpus.unlisted
    durations = Dictionary(uniqueKeysWithValues: zip(corpus.entries, all.map(\.seconds)))
    sampleRates = all.reduce(into: [:]) { counts, facts in
      if let rate = facts.sampleRate { counts[rate, default: 0] += 1 }
    }
  }

  private static func examine(
    _ entry: SpeechCorpus.Entry, _ path: String?, _ lengths: ClosedRange<Double>
  ) -> Facts {
    var facts = Facts()
    let letters = entry.text.count(where: \.isLetter)
    if letters == 0 { facts.problems.append(.emptyText) }
    guard let path else {
      facts.problems.append(.missing(id: entry.id))
      return facts
    }
    let recording: Waveform
    do {
      let header = try AudioReader(path)
      let duration = Double(header.frameCount) / Double(header.sampleRate)
      // A sentence may lie in some silence, but a session of hours would fill the memory.
      if duration > max(60, 3 * lengths.upperBound) {
        facts.seconds = duration
        facts.sampleRate = header.sampleRate
        facts.problems.append(.long(seconds: duration))
        return facts
      }
      recording = try Waveform(contentsOf: path)
    } catch {
      facts.problems.append(.unreadable("\(error)"))
      return facts
    }
    facts.sampleRate = recording.sampleRate
    let range = recording.soundingRange(margin: 0)
    if range.isEmpty || recording.peak < 1e-3 {
      facts.problems.append(.silent)
      return facts
    }
    facts.seconds = Double(range.count) / Double(recording.sampleRate)
    let clipped = recording.clippedStretches()
    if clipped > 2 { facts.problems.append(.clipped(stretches: clipped)) }
    if facts.seconds < lengths.lowerBound {
      facts.problems.append(.short(seconds: facts.seconds))
    } else if facts.seconds > lengths.upperBound {
      facts.problems.append(.long(seconds: facts.seconds))
    } else if letters > 0 {
      facts.pace = facts.seconds / Double(letters)
    }
    return facts
  }
}
