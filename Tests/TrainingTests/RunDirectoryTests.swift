import Checkpoints
import Foundation
import TestSupport
import Testing
import Training

/// What a run may do in a directory, and what it keeps there.
struct RunDirectoryTests {
  /// Short runs of two small steps.
  private var short: TrainingConfiguration {
    var configuration = RunCase.configuration
    configuration.steps = 2
    configuration.evaluateEvery = 0
    return configuration
  }

  private func problem(_ body: () throws -> Void) -> String {
    do {
      try body()
    } catch let error as TrainingError {
      return error.description
    } catch {
      return "another error: \(error)"
    }
    return "no error"
  }

  @Test func aUsedDirectoryIsRefusedWithoutResume() throws {
    try withTemporaryFolder { folder in
      let files = RunFiles(folder)
      _ = try RunCase.edm.trainer(in: folder, short).run()
      let bytes = try (files.bytes(), files.bytes("metrics.jsonl"))
      let advice = "exists: continue that run with --resume, or choose another --out directory"
      #expect(problem { _ = try RunCase.edm.trainer(in: folder, short) } == "\(files.last.path) \(advice)")
      #expect(try files.bytes() == bytes.0)
      #expect(try files.bytes("metrics.jsonl") == bytes.1)
      // A numbered checkpoint alone is enough: a new run would sooner or later remove it, or its own.
      try FileManager.default.removeItem(at: files.last)
      #expect(
        problem { _ = try RunCase.edm.trainer(in: folder, short) }
          == "\(folder.appending(path: "step-2.safetensors").path) \(advice)")
    }
  }

  @Test func withoutARunThereIsNothingToResume() throws {
    try withTemporaryFolder { folder in
      let directory = folder.appending(path: "runs/one")
      #expect(
        problem { _ = try RunCase.edm.trainer(in: directory, resume: true) }
          == "\(directory.path)/last.safetensors: there is no run to resume; start it without --resume")
      #expect(!FileManager.default.fileExists(atPath: directory.path))
    }
  }

  private static let settingsThatChangeResults:
    [(name: String, change: @Sendable (inout TrainingConfiguration) -> Void)] =
      [
        ("batchSize", { $0.batchSize = 4 }), ("shards", { $0.shards = 2 }),
        ("learningRate", { $0.learningRate = 1e-3 }),
        ("warmupSteps", { $0.warmupSteps = 1 }), ("beta1", { $0.beta1 = 0.9 }), ("beta2", { $0.beta2 = 0.99 }),
        ("epsilon", { $0.epsilon = 1e-6 }), ("weightDecay", { $0.weightDecay = 0.1 }),
        ("clipNorm", { $0.clipNorm = 2 }),
        ("emaPower", { $0.emaPower = 0.5 }), ("emaMaximum", { $0.emaMaximum = 0.9 }), ("seed", { $0.seed = 2 }),
      ]
  private static let settingsThatDoNot: [(name: String, change: @Sendable (inout TrainingConfiguration) -> Void)] = [
    ("steps", { $0.steps = 3 }), ("checkpointEvery", { $0.checkpointEvery = 1 }),
    ("keepCheckpoints", { $0.keepCheckpoints = 5 }), ("logEvery", { $0.logEvery = 1 }),
    ("evaluateEvery", { $0.evaluateEvery = 1 }), ("evaluationExamples", { $0.evaluationExamples = 1 }),
  ]

  @Test func resumingWithAChangedSettingIsRefusedByItsName() throws {
    let names = (Self.settingsThatChangeResults + Self.settingsThatDoNot).map(\.name)
    #expect(Set(names) == Set(Mirror(reflecting: short).children.compactMap(\.label)), "a setting is tested nowhere")
    try withTemporaryFolder { folder in
      _ = try RunCase.edm.trainer(in: folder, short).run()
      let bytes = try RunFiles(folder).bytes()
      for (name, change) in Self.settingsThatChangeResults {
        var changed = short
        change(&changed)
        let text = problem { _ = try RunCase.edm.trainer(in: folder, changed, resume: true) }
        #expect(text.contains("last.safetensors: the run was started with \(name) = "), "\(text)")
        #expect(text.hasSuffix("; resume with the same settings and data, or start a new run"), "\(text)")
      }
      for (name, change) in Self.settingsThatDoNot {
        var changed = short
        change(&changed)
        let text = problem { _ = try RunCase.edm.trainer(in: folder, changed, resume: true) }
        #expect(text == "no error", "\(name)")
      }
      #expect(try RunFiles(folder).bytes() == bytes)
    }
  }

  @Test func resumingWithAnotherDescriptionNamesWhatDiffers() throws {
    try withTemporaryFolder { folder in
      func resume(_ head: String) -> String {
        problem { _ = try RunCase.edm.trainer(in: folder, short, metadata: ["head": head], resume: true) }
      }
      let stored = #"{"list":[1,2],"network":{"dropout":0.5,"name":"unet"}}"#
      _ = try RunCase.edm.trainer(in: folder, short, metadata: ["head": stored]).run()
      #expect(resume(stored) == "no error")
      func expect(_ difference: String, _ head: String) {
        #expect(
          resume(head)
            == "\(RunFiles(folder).last.path): the run was started with \(difference); resume with the same settings "
            + "and data, or start a new run")
      }
      expect("network.dropout = 0.5, not 0", #"{"list":[1,2],"network":{"dropout":0,"name":"unet"}}"#)
      expect("list[1] = 2, not 3", #"{"list":[1,3],"network":{"dropout":0.5,"name":"unet"}}"#)
      expect("list = [1, 2], not [1]", #"{"list":[1],"network":{"dropout":0.5,"name":"unet"}}"#)
      expect(
        "list = [1, 2], not null; network.dropout = 0.5, not nothing; network.name = unet, not true and 1 more "
          + "differences", #"{"list":null,"network":{"name":true,"new":{"a":1}}}"#)
      expect("other settings or data", "no JSON")
    }
  }

  @Test func resumingWithAnotherTeacherIsRefused() throws {
    try withTemporaryFolder { folder in
      _ = try RunCase.cd.trainer(in: folder, short).run()
      let text = problem { _ = try RunCase.cd.trainer(in: folder, short, teacherSeed: 6, resume: true) }
      #expect(text.contains("the run was started with another teacher"))
      #expect(problem { _ = try RunCase.cd.trainer(in: folder, short, resume: true) } == "no error")
    }
  }

  @Test func aDamagedCheckpointIsNamed() throws {
    try withTemporaryFolder { folder in
      let files = RunFiles(folder)
      _ = try RunCase.edm.trainer(in: folder, short).run()
      try files.bytes().dropLast(100).write(to: files.last)
      #expect(throws: TrainingError.self) { try RunCase.edm.trainer(in: folder, short, resume: true) }
      let text = problem { _ = try RunCase.edm.trainer(in: folder, short, resume: true) }
      #expect(text.hasPrefix("\(files.last.path): "), "\(text)")
    }
  }

  @Test(arguments: [(keep: 0, steps: [5, 10, 15, 20, 22]), (keep: 1, steps: [22]), (keep: 2, steps: [20, 22])])
  func theNewestNumberedCheckpointsAreKept(keep: Int, steps: [Int]) throws {
    try withTemporaryFolder { folder in
      let files = RunFiles(folder)
      var configuration = RunCase.configuration
      configuration.steps = 22
      configuration.checkpointEvery = 5
      configuration.keepCheckpoints = keep
      _ = try RunCase.edm.trainer(in: folder, configuration).run(shouldStop: stop(after: 12))
      _ = try RunCase.edm.trainer(in: folder, configuration, resume: true).run()
      #expect(
        try files.names() == (["last.safetensors", "metrics.jsonl"] + steps.map { "step-\($0).safetensors" }).sorted())
      for step in steps {
        let path = folder.appending(path: "step-\(step).safetensors").path
        #expect(try CheckpointState.steps(path) == step)
      }
      #expect(try files.bytes("step-22.safetensors") == files.bytes())
    }
  }

  @Test func aCheckpointHoldsEverythingByName() throws {
    try withTemporaryFolder { folder in
      let trainer = try RunCase.cd.trainer(in: folder, short)
      _ = try trainer.run()
      let file = try SafetensorsFile(RunFiles(folder).last)
      let prefixes = Set(file.tensors.map { $0.name.split(separator: ".")[0] })
      #expect(prefixes == ["weights", "ema", "moment1", "moment2", "target", "teacher"])
      #expect(file.metadata["head"] == #"{"kind":"test"}"#)
      #expect(file.metadata.keys.sorted() == ["head", "training"])
    }
  }
}
