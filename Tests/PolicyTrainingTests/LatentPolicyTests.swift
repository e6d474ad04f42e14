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

/// Policies in the latent space of a temporal autoencoder, from demonstrations to actions.
struct LatentPolicyTests {
  private let stages = LatentStages()

  private func doubles(_ buffer: ParameterBuffer) -> [Double] {
    withExtendedLifetime(buffer) { buffer.values.map(Double.init) }
  }

  @Test func anAutoencoderLearnsToReproduceChunks() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      var configuration = AutoencoderTrainingConfiguration.tiny(steps: 600)
      configuration.training.batchSize = 32
      configuration.training.evaluateEvery = 20
      configuration.training.checkpointEvery = 600
      let run = try AutoencoderTrainer(configuration, data: data, output: folder.appending(path: "run"), threads: 2)
      var heldOut: [Double] = []
      _ = try run.trainer.run(report: { if let loss = $0.heldOutLoss { heldOut.append(loss) } })
      let (first, last) = (try #require(heldOut.first), try #require(heldOut.last))
      #expect(last < first / 10, "\(first) → \(last)")
    }
  }

  @Test func anAutoencodersRunResumesBitForBit() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      func trainer(_ name: String, threads: Int, resume: Bool = false) throws -> Trainer<AutoencoderTask> {
        try AutoencoderTrainer(
          .tiny(steps: 10), data: data, output: folder.appending(path: name), threads: threads, resume: resume
        ).trainer
      }
      _ = try trainer("whole", threads: 1).run()
      var steps = 0
      let outcome = try trainer("halves", threads: 2).run(shouldStop: {
        steps += 1
        return steps > 5
      })
      #expect(outcome == .interrupted)
      _ = try trainer("halves", threads: 1, resume: true).run()
      let bytes = try ["whole", "halves"].map { try Data(contentsOf: folder.appending(path: "\($0)/last.safetensors")) }
      #expect(bytes[0] == bytes[1])
      var other = AutoencoderTrainingConfiguration.tiny(steps: 10)
      other.latentNoise = 0.2
      let text = stages.problem {
        _ = try AutoencoderTrainer(
          other, data: data, output: folder.appending(path: "halves"), threads: 1, resume: true)
      }
      #expect(text.contains("the run was started with noise = 0.1, not 0.2"), "\(text)")
    }
  }

  /// Latents and what decoding them changes, of all windows at once in double precision.
  @Test func latentsAreNormalisedAndTheirErrorIsMeasured() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let made = try stages.autoencoder(data, folder.appending(path: "autoencoder"))
      let run = try PolicyTrainer(
        stages.configuration(ObjectiveConfiguration(.edm)), data: data, output: folder.appending(path: "run"),
        autoencoder: made, threads: 2)
      let space = try #require(run.description.latent)
      let (weights, network) = (doubles(made.autoencoder.weights), made.autoencoder.network)
      func encode(_ count: Int, _ fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void) -> (
        z: [Double], error: Double
      ) {
        var x = [Float](repeating: 0, count: count * 8)
        x.withUnsafeMutableBufferPointer { x in
          for i in 0..<count { fill(i, UnsafeMutableBufferPointer(rebasing: x[i * 8..<(i + 1) * 8])) }
        }
        let graph = Graph()
        let z = network.encode(graph.input("x", [count, 4, 2]))
        let found = ReferenceInterpreter(graph, parameters: [.online: weights], inputs: ["x": x.map(Double.init)])
          .evaluate([z, network.decode(z)])
        let squares = zip(found[1], x).map { ($0 - Double($1)) * ($0 - Double($1)) }
        return (found[0], (squares.reduce(0, +) / Double(squares.count)).squareRoot())
      }
      let training = encode(run.trainingWindows.count) { run.trainingWindows.fill($0, actions: $1) }
      let windows = try #require(run.heldOutWindows)
      let heldOut = encode(windows.count) { windows.fill($0, actions: $1) }
      #expect(abs(space.reconstructionError - heldOut.error) < 1e-5)
      for channel in 0..<3 {
        let values = stride(from: channel, to: training.z.count, by: 3).map { training.z[$0] }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        #expect(abs(Double(space.normalizer.center[channel]) - mean) < 1e-5)
        #expect(abs(Double(space.normalizer.scale[channel]) - variance.squareRoot()) < 1e-5)
      }
      #expect(run.description.parameterisation.preconditioning.sigmaData == 1)
      #expect(run.description.network.channels == 3 && run.description.sampleLength == 2)
      #expect(run.description.actionNormalizer == made.description.actionNormalizer)
    }
  }

  /// One step is the decoder of the normalised f(sigma_max z | observations): here in double precision.
  @Test func aLatentPolicyDecodesWhatItDraws() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let made = try stages.autoencoder(data, folder.appending(path: "autoencoder"))
      let policy = try stages.train(
        stages.configuration(ObjectiveConfiguration(.edm)), data, folder.appending(path: "policy"), autoencoder: made)
      let description = policy.description
      let space = try #require(description.latent)
      let sigma = description.sampling.sigmaMax
      let graph = Graph()
      let output = Denoiser(policy.network, description.parameterisation)(
        graph.input("x", [1, 2, 3]), at: NoiseLevel("level", batch: 1, graph: graph),
        .init(global: graph.input("seen", [1, 1, 6])))
      var noise = SampleNoise(seeds: [7], step: 4)
      var z = [Float](repeating: 0, count: 6)
      z.withUnsafeMutableBufferPointer { noise.fill($0) }
      var inputs = NoiseLevel.inputs("level", [description.parameterisation.values(at: sigma)])
      inputs["x"] = z.map { sigma * Double($0) }
      let seen = description.observationNormalizer
      inputs["seen"] = stages.history.flatMap { row in
        row.indices.map { (row[$0] - Double(seen.center[$0])) / Double(seen.scale[$0]) }
      }
      let drawn = ReferenceInterpreter(graph, parameters: [.online: doubles(policy.weights)], inputs: inputs)
        .evaluate([output])[0]
      let latents = drawn.enumerated().map { index, value in
        value * Double(space.normalizer.scale[index % 3]) + Double(space.normalizer.center[index % 3])
      }
      let decoding = Graph()
      let decoded = made.autoencoder.network.decode(decoding.input("z", [1, 2, 3]))
      let exact = ReferenceInterpreter(
        decoding, parameters: [.online: doubles(made.autoencoder.weights)], inputs: ["z": latents]
      ).evaluate([decoded])[0]
      let range = description.actionNormalizer
      let found = try stages.actions(policy)
      #expect(found.count == 4)
      for (row, action) in found.enumerated() {
        for i in 0..<2 {
          let value = exact[2 * row + i] * Double(range.scale[i]) + Double(range.center[i])
          let expected = min(max(value, Double(range.minimum[i])), Double(range.maximum[i]))
          #expect(abs(action[i] - expected) < 1e-4)
        }
      }
    }
  }

  /// The paper's three stages: autoencoder, teacher that can do without its condition, guided student.
  @Test func aLatentConsistencyModelIsTrainedAndUsed() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let made = try stages.autoencoder(data, folder.appending(path: "autoencoder"))
      let teacher = try stages.train(stages.teaching, data, folder.appending(path: "teacher"), autoencoder: made)
      let lcm = stages.configuration(ObjectiveConfiguration(.lcm))
      let output = folder.appending(path: "lcm")
      let student = try stages.train(lcm, data, output, teacher: teacher)
      #expect(student.description.latent == teacher.description.latent)
      // The checkpoint holds the autoencoder, bit for bit, and needs no other file.
      let held = try #require(student.autoencoder)
      #expect(held.weights.values.elementsEqual(made.autoencoder.weights.values))
      for steps in [1, 2] {
        let chunk = try ActionPredictor(student, sampler: .consistency(steps: steps)).predict(
          [stages.history], seeds: [3])[0]
        #expect(chunk.count == 4 && chunk.allSatisfy { $0.count == 2 && $0.allSatisfy(\.isFinite) })
      }
      let file = folder.appending(path: "bundle.safetensors")
      try student.used(PolicyUse(guidance: 5)).writeBundle(to: file)
      let bundled = try TrainedPolicy(contentsOf: file)
      #expect(bundled.description.latent == student.description.latent && bundled.description.sampling.guidance == 5)
      for (a, b) in try zip(
        stages.actions(bundled).joined(), stages.actions(student.used(PolicyUse(guidance: 5))).joined())
      {
        // Half precision.
        #expect(abs(a - b) < 0.05)
      }
      // A finished run is recognised; with another autoencoder below it, it is not.
      #expect(
        stages.problem {
          _ = try PolicyTrainer(lcm, data: data, output: output, teacher: teacher, threads: 1, resume: true)
        }
          == "no error")
      let other = try stages.autoencoder(data, folder.appending(path: "other"), seed: 2)
      let text = stages.problem {
        _ = try PolicyTrainer(
          stages.teaching, data: data, output: folder.appending(path: "teacher"), autoencoder: other, threads: 1,
          resume: true)
      }
      #expect(text.contains("the run was started with latent."), "\(text)")
    }
  }
}
