import Communication
import Foundation
import Reporting
import SpeechCorpus
import SpeechHead
import SpeechTraining
import Synchronization
import TextFrontEnd
import Training

/// Parts of a voice's training with progress on standard error: what `train speech` and `compare --speech` do.
enum VoiceTrainingCommand {
  /// Reads corpora, and says what is left out of them.
  static func read(
    _ corpora: [SpeechCorpus], _ configuration: VoiceTrainingConfiguration, lexicon: UserLexicon = UserLexicon(),
    threads: Int
  ) throws -> SpeechExamples {
    let total = corpora.reduce(0) { $0 + $1.entries.count }
    let progress = Mutex(Ranks.progress("recordings", total: total))
    let examples = try SpeechExamples(corpora, configuration, lexicon: lexicon, threads: threads) { count in
      progress.withLock { $0.update(step: count) }
    }
    progress.withLock { $0.finish() }
    for exclusion in examples.excluded.prefix(20) {
      TrainingCommand.note("warning: \(exclusion.name): left out: \(exclusion.reason)")
    }
    if examples.excluded.count > 20 {
      TrainingCommand.note("warning: \(examples.excluded.count - 20) more are left out; see saltus data describe")
    }
    let frames = examples.training.reduce(0) { $0 + $1.frameCount(bands: configuration.mel.bands) }
    TrainingCommand.note(
      "\(examples.training.count) sentences, \(Int(Double(frames) / configuration.mel.frameRate / 60)) minutes; "
        + "\(examples.heldOut.count) held out; speakers: \(examples.speakers.map(\.name).joined(separator: ", "))")
    return examples
  }

  /// Trains one stage, or goes on with it, and gives the voice that came out.
  ///
  /// - Parameters:
  ///   - name: of the stage and its directory.
  ///   - resume: whether a checkpoint that is there is gone on with; else it is refused.
  ///   - checkpoint: called with every voice that is saved.
  static func stage<Task>(
    _ name: String, _ settings: TrainingConfiguration, _ voices: VoiceTrainer, resume: Bool,
    make: (Bool) throws -> VoiceStage<Task>, checkpoint: (TrainedVoice, Int) throws -> Void = { _, _ in }
  ) throws -> TrainedVoice {
    let last = voices.directory(name).appending(path: "last.safetensors")
    let exists = try Ranks.communicator.broadcast(FileManager.default.fileExists(atPath: last.path))
    let stage = try make(resume && exists)
    let trainer = stage.trainer
    if resume && exists { TrainingCommand.note("\(name): resuming at step \(trainer.step)") }
    var progress = ProgressReporter(label: name, total: settings.steps, start: trainer.step)
    let outcome = try trainer.run(shouldStop: { Interrupt.isRequested }) { report in
      progress.update(step: report.step, loss: report.loss)
      if report.step % settings.checkpointEvery == 0 || report.step == settings.steps {
        do {
          try checkpoint(stage.voice(), report.step)
        } catch {
          TrainingCommand.note("warning: no samples at step \(report.step): \(error)")
        }
      }
    }
    progress.finish()
    if outcome == .interrupted {
      TrainingCommand.note("stopped and saved at step \(trainer.step) of \(name); continue with --resume")
      throw try Ranks.interruption()
    }
    // Not from the file, which other machines may not see.
    return try stage.voice()
  }
}
