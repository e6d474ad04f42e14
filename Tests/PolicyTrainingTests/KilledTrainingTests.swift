import Configuration
import Datasets
import Foundation
import PolicyHead
import PolicyTraining
import TestSupport
import Testing
import Training

/// A process that trains dies at any moment, and nothing is lost but the steps since its last checkpoint.
struct KilledTrainingTests {
  /// A checkpoint after every step, so that most of the time is spent in writing.
  private let settings = [
    "observation=place,goal", "action=action", "horizon=4", "actionSteps=2", "widths=8,16", "groups=4", "embedding=8",
    "steps=50000", "batchSize=8", "warmupSteps=10", "checkpointEvery=1", "keepCheckpoints=2", "logEvery=7",
    "evaluateEvery=100",
  ]

  private func configuration() throws -> PolicyTrainingConfiguration {
    try ConfigurationLoader.load(defaults: PolicyTrainingConfiguration(), overrides: settings)
  }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Steps of `last.safetensors`, which must be readable if it is there.
  private func steps(_ run: URL) -> Int {
    let path = run.appending(path: "last.safetensors").path
    guard exists(path) else { return 0 }
    do {
      return try CheckpointState.steps(path)
    } catch {
      Issue.record(error)
      return 0
    }
  }

  /// Kills a process while it writes a checkpoint: it is stopped when the unfinished file is seen, and killed if that
  /// is still there then.
  private func killDuringAWrite(_ process: TrainingProcess, _ run: URL) throws {
    let unfinished = run.appending(path: "last.safetensors.tmp-\(process.identifier)").path
    try process.wait(for: "a write") {
      guard exists(unfinished) else { return false }
      process.send(SIGSTOP)
      usleep(2000)
      if exists(unfinished) { return true }
      process.send(SIGCONT)
      return false
    }
    #expect(process.killNow())
    #expect(exists(unfinished), "the write was finished after all")
  }

  /// Does `count` steps more in this process and saves, by an interruption.
  private func goOn(
    _ configuration: PolicyTrainingConfiguration, _ data: URL, _ run: URL, steps count: Int, resume: Bool
  ) throws -> Int {
    let trainer = try PolicyTrainer(configuration, data: data, output: run, threads: 2, resume: resume).trainer
    var asked = -1
    let outcome = try trainer.run(shouldStop: {
      asked += 1
      return asked == count
    })
    #expect(outcome == .interrupted)
    return trainer.step
  }

  /// The lines of metrics.jsonl without what depends on the clock.
  private func reports(_ run: URL) throws -> [TrainingReport] {
    try String(contentsOf: run.appending(path: "metrics.jsonl"), encoding: .utf8).split(separator: "\n").map { line in
      var report = try JSONDecoder().decode(TrainingReport.self, from: Data(line.utf8))
      report.stepsPerSecond = 0
      return report
    }
  }

  @Test func killedTwentyTimesARunEndsWithTheBytesOfAnUndisturbedOne() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let run = folder.appending(path: "run")
      var reached = 0
      for round in 0..<20 {
        let process = try TrainingProcess(data: data, run: run, settings: settings, resume: round > 0)
        defer { process.killNow() }
        try process.wait(for: "a checkpoint of its own") { steps(run) > reached }
        if round > 0 { #expect(try process.messages().contains("resuming at step \(reached)\n")) }
        let seen = steps(run)
        if round % 2 == 0 {
          // At a random moment of the next twentieth of a second.
          usleep(UInt32.random(in: 0..<50_000))
          #expect(process.killNow())
        } else {
          try killDuringAWrite(process, run)
        }
        reached = steps(run)
        #expect(reached >= seen)
        // Every tensor is there, and every number finite.
        _ = try TrainedPolicy(contentsOf: run.appending(path: "last.safetensors"))
      }

      let end = try goOn(try configuration(), data, run, steps: 3, resume: true)
      #expect(end == reached + 3)
      // What the dead have left is gone.
      let names = try FileManager.default.contentsOfDirectory(atPath: run.path)
      let numbered = [end - 1, end].map { "step-\($0).safetensors" }
      #expect(names.sorted() == (["last.safetensors", "metrics.jsonl"] + numbered).sorted())

      let undisturbed = folder.appending(path: "undisturbed")
      var quick = try configuration()
      quick.training.checkpointEvery = 1_000_000
      #expect(try goOn(quick, data, undisturbed, steps: end, resume: false) == end)
      // Checkpoints hold their settings; this one gets the others'.
      #expect(try goOn(try configuration(), data, undisturbed, steps: 0, resume: true) == end)
      let bytes = try [run, undisturbed].map { try Data(contentsOf: $0.appending(path: "last.safetensors")) }
      #expect(bytes[0] == bytes[1])
      #expect(try reports(run) == reports(undisturbed))
    }
  }

  @Test func controlCSavesAndTheRunGoesOn() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let run = folder.appending(path: "run")
      let process = try TrainingProcess(
        data: data, run: run, settings: settings + ["checkpointEvery=1000000"], resume: false)
      defer { process.killNow() }
      let metrics = run.appending(path: "metrics.jsonl")
      try process.wait(for: "its first report") { ((try? Data(contentsOf: metrics)) ?? Data()).contains(0x0A) }
      process.send(SIGINT)
      #expect(process.exitCode() == 130)
      let saved = steps(run)
      #expect(saved >= 7)
      #expect(try process.messages().contains("stopped and saved at step \(saved); continue with --resume"))
      #expect(try goOn(try configuration(), data, run, steps: 1, resume: true) == saved + 1)
    }
  }
}
