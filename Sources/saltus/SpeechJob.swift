import Foundation
import Reporting
import SpeechHead
import TextFrontEnd

/// A text's sentences: of an argument, or of standard input as it comes, in bounded memory.
struct SentenceSource {
  // One of them.
  private var plain: SentenceReader<TextPieces>?
  private var markup: SSMLSentenceReader<TextPieces>?
  private let intake: TextIntake

  /// - Parameters:
  ///   - text: nil or "-" for standard input.
  ///   - lexicon: the user's words, looked up as they are written.
  ///   - keepsText: whether `written` is wanted, which is as long as the text.
  ///   - byLine: whether a line ends a paragraph.
  init(_ text: String?, isSSML: Bool, lexicon: UserLexicon, keepsText: Bool = false, byLine: Bool = false) {
    intake = TextIntake(keepsText: keepsText)
    let pieces = TextPieces(text == "-" ? nil : text, intake: intake, byLine: byLine)
    if isSSML {
      markup = SSMLSentenceReader(pieces, lexicon: lexicon)
    } else {
      plain = SentenceReader(pieces, lexicon: lexicon)
    }
  }

  /// What could not be read so far.
  var warnings: [String] { plain?.warnings ?? markup?.warnings ?? [] }

  /// The words of the text so far, if it is kept.
  var written: [WrittenWord] {
    plain == nil
      ? WrittenWordReader(markup: intake.scalars).words : WrittenWordReader(plain: intake.scalars).words
  }

  /// Nanoseconds of waiting for standard input since this was asked before.
  func takeWait() -> UInt64 { intake.takeWait() }

  /// - Throws: `SSMLError` where the markup is wrong: what comes before it was given.
  mutating func next() throws -> Sentence? { plain == nil ? try markup!.next() : plain!.next() }
}

/// What remains of a text's pieces: how long they were waited for, and the text if it is to be kept.
final class TextIntake {
  private(set) var scalars: [Unicode.Scalar] = []
  private let keepsText: Bool
  private var wait: UInt64 = 0

  init(keepsText: Bool) { self.keepsText = keepsText }

  func add(_ piece: String) {
    if keepsText { scalars += piece.unicodeScalars }
  }

  func addWait(since start: DispatchTime) { wait += start.nanosecondsAgo }

  func takeWait() -> UInt64 {
    defer { wait = 0 }
    return wait
  }
}

/// A text, or what standard input brings, in pieces that end between characters.
struct TextPieces: Sequence, IteratorProtocol {
  private let intake: TextIntake
  private let byLine: Bool
  private var text: String?
  private var isOpen: Bool
  /// Bytes of a character that is not complete yet.
  private var partial: [UInt8] = []

  /// - Parameter byLine: whether every end of a line becomes that of a paragraph.
  init(_ text: String?, intake: TextIntake, byLine: Bool = false) {
    self.text = text
    self.intake = intake
    self.byLine = byLine
    isOpen = text == nil
  }

  mutating func next() -> String? {
    guard var piece = readPiece() else { return nil }
    if byLine { piece = piece.replacingOccurrences(of: "\n", with: "\n\n") }
    intake.add(piece)
    return piece
  }

  private mutating func readPiece() -> String? {
    if let text {
      self.text = nil
      return text
    }
    guard isOpen else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    // FileHandle would wait until there are so many.
    var count = 0
    let asked = DispatchTime.now()
    repeat { count = read(STDIN_FILENO, &bytes, bytes.count) } while count < 0 && errno == EINTR
    intake.addWait(since: asked)
    if count > 0 {
      partial += bytes[..<count]
    } else {
      isOpen = false
      return partial.isEmpty ? nil : String(decoding: partial, as: UTF8.self)
    }
    // A character begins at the last byte that does not continue one.
    let start = partial.lastIndex { $0 & 0xc0 != 0x80 } ?? 0
    let length = partial[start] < 0x80 ? 1 : partial[start] < 0xe0 ? 2 : partial[start] < 0xf0 ? 3 : 4
    let end = partial.count - start < length ? start : partial.count
    defer { partial.removeFirst(end) }
    return String(decoding: partial[..<end], as: UTF8.self)
  }
}

/// One text spoken by a voice.
struct SpeechJob {
  let voice: TrainedVoice
  var settings: SpeechSynthesizer.Settings
  let lexicon: UserLexicon
  let threads: Int

  /// What is kept besides the samples; a book's spectrogram would not fit into memory.
  struct Keeps {
    var words = false
    /// The source must keep its text, too.
    var subtitles = false
    var spectra = false
  }

  struct Result {
    var report = SpeechReport()
    var warnings: [String] = []
    var timings = SpeechTimings()
    var recording: SpeechRecording
  }

  func synthesizer() throws -> SpeechSynthesizer {
    try SpeechSynthesizer(voice, settings: settings, lexicon: lexicon, threads: threads)
  }

  /// Speaks until the text ends or Ctrl-C; what was spoken until then is kept.
  func run(_ source: SentenceSource, output: SpeechOutput, keeps: Keeps) throws -> Result {
    let synthesizer = try synthesizer()
    var result = Result(recording: SpeechRecording(voice.description))
    let rate = Double(voice.description.mel.sampleRate)
    var samples = 0
    var milliseconds = 0.0
    var start = DispatchTime.now()
    var source = source
    while !Interrupt.isRequested, let sentence = try source.next() {
      start = start.later(byNanoseconds: source.takeWait())
      result.report.textMs += start.millisecondsAgo
      let first = Double(samples) / rate
      var last = first
      var heard: [SpeechSynthesizer.Span] = []
      try synthesizer.speak(sentence) { chunk in
        milliseconds += start.millisecondsAgo
        if samples == 0 { result.report.firstAudioMs = milliseconds }
        samples += chunk.samples.count
        // Without the silence behind it.
        if !chunk.logMel.isEmpty { last = Double(samples) / rate }
        try output.write(chunk.samples)
        if keeps.words {
          result.timings.words += chunk.words
          result.timings.phones += chunk.phones
        }
        if keeps.subtitles { heard += chunk.words }
        if keeps.spectra { result.recording.append(chunk) }
        start = DispatchTime.now()
      }
      if keeps.words, last > first {
        result.timings.sentences.append(SpeechSynthesizer.Span(text: "\(sentence)", start: first, end: last))
      }
      if keeps.subtitles { result.timings.subtitles.append(sentence, heard: heard) }
    }
    try output.finish()
    let cost = synthesizer.cost
    result.report.audioSeconds = Double(samples) / rate
    result.report.totalMs = milliseconds
    result.report.textMs += cost.text * 1000
    result.report.acousticMs = cost.acoustic * 1000
    result.report.vocoderMs = cost.vocoder * 1000
    result.report.realTimeFactor = samples > 0 ? milliseconds / 1000 / result.report.audioSeconds : 0
    result.report.networkCalls = cost.networkCalls
    result.timings.seconds = result.report.audioSeconds
    if keeps.subtitles { result.timings.subtitles.written = source.written }
    result.warnings = source.warnings
    if samples == 0 && !Interrupt.isRequested {
      result.warnings.append("there is nothing in the text that can be read: the audio is empty")
    }
    return result
  }
}
