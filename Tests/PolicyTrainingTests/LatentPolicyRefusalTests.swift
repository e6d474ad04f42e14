import Autograd
import Backbone
import Checkpoints
import Consistency
import Foundation
import PolicyHead
import PolicyTraining
import TestSupport
import Testing
import Training

/// What does not go together in latent spaces is refused with its name.
struct LatentPolicyRefusalTests {
  private let stages = LatentStages()

  @Test func adaptersAreMergedInTheirOwnSpaceOnly() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let made = try stages.autoencoder(data, folder.appending(path: "autoencoder"))
      let base = try stages.train(
        stages.configuration(ObjectiveConfiguration(.edm)), data, folder.appending(path: "base"), autoencoder: made)
      var lora = stages.configuration(ObjectiveConfiguration(.cd))
      lora.loraRank = 2
      let adapted = try stages.train(lora, data, folder.appending(path: "lora"), teacher: base)
      let adapter = try PolicyAdapter(contentsOf: folder.appending(path: "lora/last.safetensors"))
      #expect(try adapter.applied(to: base).description == adapted.description)
      #expect(try stages.actions(adapter.applied(to: base)) == stages.actions(adapted))
      let other = try stages.autoencoder(data, folder.appending(path: "other"), seed: 2)
      let elsewhere = try stages.train(
        stages.configuration(ObjectiveConfiguration(.edm)), data, folder.appending(path: "elsewhere"),
        autoencoder: other)
      #expect(stages.problem { _ = try adapter.applied(to: elsewhere) }.contains("another space"))
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let made = try stages.autoencoder(data, folder.appending(path: "autoencoder"))
      let latent = try stages.train(stages.teaching, data, folder.appending(path: "latent"), autoencoder: made)
      let plain = try stages.train(stages.teaching, data, folder.appending(path: "plain"))
      let output = folder.appending(path: "run")
      func refused(
        start: TrainedPolicy? = nil, teacher: TrainedPolicy? = nil, autoencoder: AutoencoderCheckpoint? = nil,
        _ method: ObjectiveConfiguration.Method = .edm, _ change: (inout PolicyTrainingConfiguration) -> Void = { _ in }
      ) -> String {
        var configuration = stages.configuration(ObjectiveConfiguration(method))
        change(&configuration)
        let text = stages.problem {
          _ = try PolicyTrainer(
            configuration, data: data, output: output, start: start, teacher: teacher, autoencoder: autoencoder,
            threads: 1)
        }
        #expect(!FileManager.default.fileExists(atPath: output.path))
        return text
      }
      #expect(refused(teacher: latent, autoencoder: made, .cd).hasPrefix("an autoencoder besides a start or a teacher"))
      #expect(refused(start: latent, teacher: plain, .cd).hasPrefix("the teacher has channels = 2, not 3"))
      #expect(refused(autoencoder: made) { $0.horizon = 8 }.contains("horizon = 4, not 8"))
      #expect(refused(autoencoder: made) { $0.widths = [8, 8, 8] }.contains("a multiple of 4"))
      #expect(refused(autoencoder: made) { $0.action = [.init("place")] }.contains("action = action, not place"))
      #expect(
        stages.problem { _ = try AutoencoderCheckpoint(contentsOf: folder.appending(path: "plain/last.safetensors")) }
          .contains("there is no autoencoder in it"))
      #expect(
        stages.problem {
          _ = try ActionPredictor(
            latent, sampler: .consistency(steps: 1), stitching: ChunkStitching(for: latent.description))
        }.hasPrefix("stitching: this policy draws latents"))
      #expect(
        stages.problem {
          _ = try ActionPredictor(latent, sampler: .consistency(steps: 1))
            .predict([stages.history], seeds: [1], known: [[3: [0, 0]]])
        }.hasPrefix("known actions: this policy draws latents"))
      var impossible = AutoencoderTrainingConfiguration.tiny()
      impossible.horizon = 5
      #expect(impossible.problem?.hasPrefix("horizon is 5") == true)
    }
  }
}
