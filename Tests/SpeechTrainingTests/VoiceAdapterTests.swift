import Autograd
import Checkpoints
import Consistency
import Foundation
import SpeechHead
import SpeechTraining
import TestSupport
import Testing

/// LoRA on the decoder, from training to another fine-tune of the same voice.
struct VoiceAdapterTests {
  /// LCM's and CTM's decoders embed a number that those of the teachers, onto which their adapters are merged, do not.
  @Test(arguments: [ObjectiveConfiguration.Method.cd, .lcm, .ctm])
  func adaptersAreTrainedAloneMergedAndMoved(method: ObjectiveConfiguration.Method) throws {
    let prepared = try PreparedVoice.shared.get()
    try withTemporaryFolder { folder in
      let base = try prepared.train(
        PreparedVoice.teacher(of: method), in: folder, name: "base", start: prepared.refiner)
      let adapted = try prepared.train(ObjectiveConfiguration(method), in: folder, name: "lora", start: base) {
        $0.loraRank = 3
        $0.training.steps = 20
        $0.training.learningRate = 1e-2
      }
      #expect(adapted.description.adaptation == nil)
      #expect(adapted.description.decoder.targetEmbedding == (method != .cd))

      // The checkpoint's own weights are the base's, bit for bit; those that are read have the change in them.
      let checkpoint = try SafetensorsFile(folder.appending(path: "lora/last.safetensors"))
      let layout = base.model.layout
      for prefix in ["weights", "ema"] {
        let weights = ParameterBuffer(count: layout.count)
        try checkpoint.read(layout, prefix: prefix, into: weights)
        #expect(weights.values.elementsEqual(base.weights.values))
      }
      let names = Set(checkpoint.tensors.map(\.name))
      #expect(names.contains("ema.lora.decoder.final.out.weight.a"))
      #expect(!names.contains { $0.contains("lora.encoder") || $0.contains("lora.refiner") })
      #expect(!names.contains { $0.contains("lora") && $0.contains("target_embedding") })
      #expect(prepared.refiner.model.refinerParameters.allSatisfy { adapted.weights[$0] == base.weights[$0] })
      let embedding = adapted.model.decoder.targetEmbeddingParameters
      #expect(embedding.contains { adapted.weights[$0] != 0 } == (method != .cd))

      // From a file of their own, in half precision, onto the base: the same voice but for rounding.
      let file = folder.appending(path: "fast.safetensors")
      try VoiceAdapter(contentsOf: folder.appending(path: "lora/last.safetensors")).write(to: file)
      #expect(try SafetensorsFile(file).tensors.allSatisfy { !$0.name.contains("encoder.") })
      let merged = try VoiceAdapter(contentsOf: file).applied(to: base)
      #expect(merged.description == adapted.description)
      func largest(_ a: ParameterBuffer, _ b: ParameterBuffer) -> Float {
        zip(a.values, b.values).map { abs($0 - $1) }.max()!
      }
      let change = largest(adapted.weights, base.weights)
      let error = (0..<layout.count).map { abs(adapted.weights[$0] - merged.weights[$0]) }.max()!
      #expect(change > 1e-3 && error < 2e-3 * change, "\(change), \(error)")
      for i in embedding {
        #expect(abs(adapted.weights[i] - merged.weights[i]) <= 5e-4 * abs(adapted.weights[i]) + 1e-7)
      }
      func mel(_ voice: TrainedVoice) throws -> [Float] { try prepared.mel(voice, .sampled(.consistency(steps: 1))) }
      func apart(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max()! }
      let (spoken, plain) = (try mel(adapted), try mel(base))
      #expect(try apart(mel(merged), spoken) < 1e-2 * apart(plain, spoken))
      try merged.writeBundle(to: folder.appending(path: "voice.safetensors"))
      let bundled = try TrainedVoice(contentsOf: folder.appending(path: "voice.safetensors"))
      #expect(bundled.description == adapted.description)

      // Onto another fine-tune of the same voice: its weights and the same change, and the embedding that it lacks.
      let other = try prepared.train(
        PreparedVoice.teacher(of: method), in: folder, name: "other", start: base
      ) {
        $0.training.steps = 20
        $0.training.learningRate = 1e-2
      }
      #expect(largest(other.weights, base.weights) > 1e-3)
      let moved = try VoiceAdapter(contentsOf: file).applied(to: other)
      #expect(moved.description == adapted.description)
      for i in 0..<layout.count {
        #expect(abs((moved.weights[i] - other.weights[i]) - (merged.weights[i] - base.weights[i])) < 1e-6)
      }
      for i in embedding { #expect(moved.weights[i] == merged.weights[i]) }
      #expect(try mel(moved).allSatisfy(\.isFinite))
      // What is there already gives way.
      let again = try VoiceAdapter(contentsOf: file).applied(to: moved)
      for i in embedding { #expect(again.weights[i] == merged.weights[i]) }
    }
  }

  @Test func adaptersOfOtherVoicesAreRefused() throws {
    let prepared = try PreparedVoice.shared.get()
    try withTemporaryFolder { folder in
      let base = try prepared.train(
        PreparedVoice.teacher(of: .lcm), in: folder, name: "base", start: prepared.refiner)
      func adapter(_ method: ObjectiveConfiguration.Method) throws -> VoiceAdapter {
        _ = try prepared.train(ObjectiveConfiguration(method), in: folder, name: "\(method)", start: base) {
          $0.loraRank = 2
        }
        return try VoiceAdapter(contentsOf: folder.appending(path: "\(method)/last.safetensors"))
      }
      let (plain, guided) = (try adapter(.cd), try adapter(.lcm))
      let student = try guided.applied(to: base)
      func changed(_ body: (inout VoiceDescription) -> Void) throws -> TrainedVoice {
        var description = base.description
        body(&description)
        return try TrainedVoice(description, weights: base.weights)
      }
      func deeper(_ layers: WritableKeyPath<VoiceDescription, Int>) throws -> TrainedVoice {
        var description = base.description
        description[keyPath: layers] += 1
        return try TrainedVoice(description, weights: description.model.layout.initialize(seed: 1))
      }
      for (word, voice) in [
        ("not trained yet", prepared.refiner),
        // Its weights go with an embedding that the adapters know nothing of.
        ("network of", student),
        ("spectra of", try changed { $0.mel.hop = 200 }),
        ("other phones", try changed { $0.phones[0] = "XX" }),
        ("an encoder of", try deeper(\.encoder.layers)), ("a refiner of", try deeper(\.refiner.layers)),
        (
          "noiseScale=consistency",
          try changed { $0.parameterisation = Parameterisation($0.parameterisation.preconditioning) }
        ),
      ] {
        let text = problem { _ = try plain.applied(to: voice) }
        #expect(text.contains(word), "\(text)")
      }
      let none = problem { _ = try VoiceAdapter(contentsOf: folder.appending(path: "base/last.safetensors")) }
      #expect(none.contains("there are no adapters in it"), "\(none)")
    }
  }
}
