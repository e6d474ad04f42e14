import AudioFile
import Charts
import Foundation
import Reporting
import SpeechHead
import SpeechTraining

/// A recording that `saltus edit speech` works on: at the voice's rate and loudness, with what is missing taken out.
struct EditedRecording {
  /// What the edit is not to know.
  enum Hidden {
    /// Stretches of time and what lies above a frequency in Hz, or nothing.
    case parts(gaps: [SecondsRange], bandwidth: Double?)
    /// All of the mel but the means of so many frames, or but every so many frames.
    case finerThanBlocks(of: Int)
    case allButEvery(Int)
  }

  private let mel: VoiceDescription.Mel
  private let repair: WaveformRepair
  /// At the loudness of training, gaps silent.
  private let damaged: [Float]
  private let gaps: [Range<Int>]
  /// What the recording was multiplied by, and the recording as it was.
  private let gain: Float
  private let original: [Float]
  /// ln mel, `[frames, bands]`: of the recording without what is missing, and of all of it.
  let logMel: [Float]
  let intactMel: [Float]
  /// Hz, `[frames]`.
  let pitch: [Float]
  let missing: MissingMel
  /// Whether the recording's transform is known where nothing is missing.
  private let isRepair: Bool

  /// - Throws: `AudioError`, `SpeechError`, or `CommandFailure` for a gap that is not inside.
  init(path: String, mel: VoiceDescription.Mel, hidden: Hidden) throws {
    var (gaps, bandwidth): ([SecondsRange], Double?) = ([], nil)
    if case .parts(let stretches, let limit) = hidden { (gaps, bandwidth) = (stretches, limit) }
    self.mel = mel
    let recording = try Waveform(contentsOf: path, sampleRate: mel.sampleRate)
    let rate = Double(mel.sampleRate)
    for gap in gaps where gap.end > recording.duration {
      throw CommandFailure(
        String(format: "--gap %g:%g: the recording has %.3f seconds", gap.start, gap.end, recording.duration))
    }
    self.gaps = gaps.map { Int($0.start * rate)..<max(Int($0.start * rate) + 1, Int($0.end * rate)) }
    original = recording.samples
    var known = original
    for gap in self.gaps {
      for i in gap { known[i] = 0 }
    }
    // The voice knows one loudness, that of what is known here.
    let loudness = Loudness.integrated(Waveform(samples: known, sampleRate: mel.sampleRate))
    guard let loudness else { throw CommandFailure("\(path): there is nothing to hear in it, or too little") }
    let gain = Float(pow(10, (VoiceTrainingConfiguration().loudness - loudness) / 20))
    self.gain = gain
    damaged = known.map { $0 * gain }
    let analysis = try MelAnalysis(mel)
    logMel = try analysis(damaged)
    intactMel = try analysis(original.map { $0 * gain })
    pitch = analysis.pitch(damaged)
    repair = try WaveformRepair(mel)
    let (repair, count) = (repair, original.count)
    missing =
      switch hidden {
      case .parts:
        try MissingMel(
          gaps: self.gaps.map { repair.frames(touching: $0, of: count) },
          bandLimit: bandwidth.map { repair.bands(below: $0) }, frames: pitch.count, bands: mel.bands)
      case .finerThanBlocks(let size): try MissingMel(blocks: size, frames: pitch.count, bands: mel.bands)
      case .allButEvery(let step): try MissingMel(allButEvery: step, frames: pitch.count, bands: mel.bands)
      }
    isRepair = !gaps.isEmpty || bandwidth != nil
  }

  var seconds: Double { Double(original.count) / Double(mel.sampleRate) }

  /// Samples of an edited spectrogram at the recording's own loudness: outside of gaps, if only they are missing, its own.
  func samples(for edited: [Float]) throws -> [Float] {
    guard isRepair else { return try MelVocoder(mel)(edited).map { $0 / gain } }
    var samples = try repair(damaged, gaps: gaps, logMel: edited, missing: missing).map { $0 / gain }
    guard missing.bandLimit == mel.bands else { return samples }
    for i in samples.indices where !gaps.contains(where: { $0.contains(i) }) { samples[i] = original[i] }
    return samples
  }

  /// Before and after, one above the other; with `truth` the intact recording below them.
  func pictures(_ edited: [Float], title: String, truth: Bool) -> SpectrogramStack {
    let before = missing.known(of: logMel, filler: log(Float(1e-5)))
    func spectrogram(_ values: [Float], _ name: String) -> Spectrogram {
      Spectrogram(values: values, bands: mel.bands, frameRate: mel.frameRate, title: "\(title): \(name)")
    }
    return SpectrogramStack(
      [spectrogram(before, "before"), spectrogram(edited, "after")]
        + (truth ? [spectrogram(intactMel, "recorded")] : []))
  }
}
