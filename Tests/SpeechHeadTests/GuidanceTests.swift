import Autograd
import Backbone
import Consistency
import Foundation
import SpeechHead
import TestSupport
import Testing

/// Guidance of the decoder: teachers that do without what is to be said, and students that are told how strongly they keep
/// to it.
struct GuidanceTests {
  /// Sentences of which nothing is likely, between 9 and 24 frames long.
  private func sentences(_ count: Int, of description: VoiceDescription) -> [AlignedUtterance] {
    (0..<count).map { index in
      let list = tokens(3 + index % 4)
      let seed = 100 + 10 * UInt64(index)
      let durations = list.indices.map { Int32(3 + ($0 + index) % 2) }
      let frames = durations.reduce(0) { $0 + Int($1) }
      var features = [Float](repeating: 0, count: list.count * description.features.count)
      features.withUnsafeMutableBufferPointer { description.features.fill($0, tokens: list, speaker: index % 2) }
      return AlignedUtterance(
        SpeechUtterance(
          name: "\(index)", tokens: list, speaker: index % 2, mel: normalNumbers(frames * 8, seed: seed),
          pitch: normalNumbers(frames, seed: seed + 1)),
        encoded: EncodedUtterance(
          features: features, hidden: normalNumbers(list.count * 16, seed: seed + 2),
          means: normalNumbers(list.count * 8, seed: seed + 3), logDurations: durations.map { Float(log(Double($0))) },
          voicing: durations.map { _ in 1 }, pitch: durations.map { 0.1 * Float($0) }),
        durations: durations, means: normalNumbers(frames * 8, seed: seed + 4))
    }
  }

  private struct Recorded {
    let task: DecoderTask
    let plan: Plan
    let ports: DecoderTask.Ports

    init(_ task: DecoderTask, _ weights: [Bank: ParameterBuffer]) {
      self.task = task
      let recorded = task.record(batch: 1, training: false)
      plan = Plan(recorded.graph, outputs: ["loss": recorded.loss], weights: PackedWeights(weights))
      ports = task.ports(in: plan)
    }

    func fill(_ step: UInt32, example: Int) {
      task.fill(
        ports, row: 0, example: example, heldOut: false, key: SampleKey(seed: 1, step: step, sample: 0), progress: 0)
    }

    func loss() -> Float {
      plan.run()
      return plan.output("loss")[0]
    }
  }

  /// What a dropped sample's loss does not depend on is all that the decoder is told: every number of every frame, and the
  /// speaker. Its length stays.
  @Test func aShareOfTheSamplesIsTaughtWithoutConditions() throws {
    let description = VoiceDescription.small(states: 1)
    var settings = EDMObjective.Configuration()
    settings.conditionDropout = 0.25
    let training = sentences(6, of: description)
    let recorded = try [32, 64].map { length in
      let task = try DecoderTask(
        description, objective: ObjectiveConfiguration(settings).objective(sigmaData: 0.5), teacher: nil,
        training: training, heldOut: [], cropLength: length)
      return Recorded(task, [.online: task.layout.initialize(seed: 2)])
    }
    let width = description.decoder.frameCondition
    var dropped = 0
    for step in 0..<600 as Range<UInt32> {
      let example = Int(step) % 6
      for one in recorded { one.fill(step, example: example) }
      let losses = recorded.map { $0.loss() }
      // Padding changes nothing, with conditions or without.
      #expect(abs(losses[0] - losses[1]) < 1e-4 * losses[0])
      let (plan, frames) = (recorded[0].plan, Int(recorded[0].plan.input("mask").reduce(0, +)))
      let changed = (0..<3).map { part in
        recorded[0].fill(step, example: example)
        switch part {
        case 0: plan.input("conditions")[Int(step) % (frames * width)] += 3
        case 1: for i in 0..<2 { plan.input("speaker")[i] = 1 - plan.input("speaker")[i] }
        default: plan.input("mask")[frames - 1] = 0
        }
        return recorded[0].loss() != losses[0]
      }
      let isKept = plan.input("objective.keptCondition")[0] == 1
      #expect(changed == [isKept, isKept, true], "\(step)")
      if !isKept { dropped += 1 }
    }
    // Four standard errors of a share of 600.
    #expect(abs(Double(dropped) / 600 - 0.25) < 0.071, "\(dropped)")
  }

  /// The student's loss, put together from calls of the plain network: with all conditions, and with frames and speaker of
  /// zeros beside the same mask.
  @Test func theTeacherIsGuidedAwayFromFramesAndSpeakerOfZeros() throws {
    var settings = LatentConsistencyModel.Configuration()
    (settings.meshCount, settings.skip, settings.guidanceMin, settings.guidanceMax) = (8, 3, 0, 3)
    (settings.metric, settings.targetDecay) = (.meanSquare, 0)
    let (voice, teacherWeights) = try guidedVoice(settings)
    let description = voice.description
    let teacher = Parameterisation(Preconditioning(sigmaData: 0.5), noiseScale: .consistency)
    let task = try DecoderTask(
      description, objective: description.objective!.objective(sigmaData: 0.5), teacher: teacher,
      training: sentences(4, of: description), heldOut: [], cropLength: 32)
    let recorded = Recorded(task, [.online: voice.weights, .teacher: teacherWeights])
    let inputs = recorded.plan
    for (step, weight) in [Float?.none, 0, 0.5, 3, nil].enumerated() {
      recorded.fill(UInt32(step), example: step % 4)
      if let weight { inputs.input("objective.guidance")[0] = weight }
      let w = inputs.input("objective.guidance")[0]
      #expect((0...3).contains(w))
      let loss = recorded.loss()
      let mask = Array(inputs.input("mask"))
      #expect(mask.contains(0) && mask.contains(1))

      func call(
        _ parameterisation: Parameterisation, _ weights: ParameterBuffer, told: Bool, guidance: Float? = nil,
        _ x: [Float], _ sigma: Float
      ) -> [Float] {
        let plan = DenoiserPlan(
          Denoiser(voice.model.decoder, parameterisation), shape: [1, 32, 8], weights: PackedWeights([.online: weights])
        ) { graph in
          Conditioning(
            global: graph.input("speaker", [1, 1, 2]),
            frames: graph.input("conditions", [1, 32, description.decoder.frameCondition]),
            mask: graph.input("mask", [1, 32, 1]), guidance: guidance.map { graph.constant([$0], [1, 1, 1]) })
        }
        for name in ["speaker", "conditions", "mask"] {
          for i in plan.plan.input(name).indices {
            plan.plan.input(name)[i] = told || name == "mask" ? inputs.input(name)[i] : 0
          }
        }
        var values = x
        values.withUnsafeMutableBufferPointer { plan($0, Double(sigma)) }
        return values
      }
      func combine(_ a: [Float], _ b: [Float], _ body: (Float, Float) -> Float) -> [Float] { zip(a, b).map(body) }

      let t = inputs.input("t.sigma")[0]
      let r = threeBelow(t)
      let x = combine(Array(inputs.input("data")), Array(inputs.input("noise"))) { $0 + t * $1 }
      let conditional = call(teacher, teacherWeights, told: true, x, t)
      let guided =
        w == 0
        ? conditional
        : combine(conditional, call(teacher, teacherWeights, told: false, x, t)) { (1 + w) * $0 - w * $1 }
      let cleaner = combine(x, guided) { $0 + (r - t) * ($0 - $1) / t }
      let student = call(description.parameterisation, voice.weights, told: true, guidance: w, x, t)
      let target = call(description.parameterisation, voice.weights, told: true, guidance: w, cleaner, r)
      var sum = 0.0
      for i in student.indices where mask[i / 8] == 1 { sum += pow(Double(student[i] - target[i]), 2) }
      let expected = sum / Double(8 * mask.count { $0 == 1 })
      #expect(abs(Double(loss) - expected) < 2e-4 * expected, "w = \(w): \(loss), \(expected)")
    }
  }

  /// The mesh point three below t.
  private func threeBelow(_ t: Float) -> Float {
    let mesh = KarrasMesh(count: 8, sigmaMin: 0.002, sigmaMax: 80).sigmas
    let start = mesh.indices.min { abs(Float(mesh[$0]) - t) < abs(Float(mesh[$1]) - t) }!
    return Float(mesh[min(start + 3, 7)])
  }

  /// A voice that is told w, with numbers in its second embedding, and a teacher's weights.
  private func guidedVoice(
    _ settings: LatentConsistencyModel.Configuration
  ) throws -> (TrainedVoice, teacher: ParameterBuffer) {
    var description = VoiceDescription.small(states: 1)
    let objective = try LatentConsistencyModel(settings, sigmaData: 0.5)
    description.decoder.targetEmbedding = true
    description.objective = ObjectiveConfiguration(settings)
    description.parameterisation = Parameterisation(
      Preconditioning(sigmaData: 0.5, boundarySigma: objective.boundarySigma), noiseScale: .consistency)
    description.sampling = SamplingSchedule(of: objective)
    let (layout, decoder) = (description.model.layout, description.model.decoder)
    let weights = layout.initialize(seed: 5)
    let range = decoder.targetEmbeddingParameters
    for (index, value) in zip(range, normalNumbers(range.count, seed: 6)) { weights[index] += 0.1 * value }
    return (try TrainedVoice(description, weights: weights), layout.initialize(seed: 7))
  }

  /// The network is told w as it was trained to be; a second embedding that says nothing leaves a voice that has none.
  @Test func aVoiceIsSampledWithItsGuidance() throws {
    var settings = LatentConsistencyModel.Configuration()
    (settings.guidanceMin, settings.guidanceMax) = (0, 3)
    let (voice, _) = try guidedVoice(settings)
    #expect(voice.description.sampling.guidance == 0)
    let utterance = sentences(1, of: voice.description)[0]
    func sample(_ voice: TrainedVoice) throws -> [Float] {
      try AcousticPredictor(voice).mel(
        utterance.encoded, durations: utterance.durations, speaker: 1, method: .sampled(.consistency(steps: 2)),
        noise: .seed(3))
    }
    let samples = try [0, 1.5, 3].map { try sample(voice.used(VoiceUse(guidance: $0))) }
    #expect(try samples[0] == sample(voice) && samples[0] != samples[1] && samples[1] != samples[2])
    for guidance in [-0.5, 3.5] {
      let error = #expect(throws: SpeechError.self) { try voice.used(VoiceUse(guidance: guidance)) }
      #expect(error?.description.contains("0.0 to 3.0") == true)
    }

    // Without the embedding's last layer all w are alike, and no guidance.
    let silent = ParameterBuffer(copying: voice.weights)
    for index in voice.model.decoder.targetEmbeddingParameters { silent[index] = 0 }
    var plain = voice.description
    plain.decoder.targetEmbedding = false
    plain.objective = ObjectiveConfiguration(.cd)
    plain.sampling.guidance = nil
    let weights = plain.model.layout.initialize(seed: 1, adopting: silent, of: voice.model.layout)
    let expected = try sample(TrainedVoice(plain, weights: weights))
    let told = try TrainedVoice(voice.description, weights: silent)
    for guidance in [0, 3.0] {
      let found = try sample(told.used(VoiceUse(guidance: guidance)))
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    #expect(zip(samples[0], expected).contains { abs($0 - $1) > 1e-3 })
    let error = #expect(throws: SpeechError.self) {
      try TrainedVoice(plain, weights: weights).used(VoiceUse(guidance: 0))
    }
    #expect(error?.description.contains("trains no guidance") == true)

    // It is in the file.
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "voice.safetensors")
      let strong = try voice.used(VoiceUse(guidance: 3))
      try strong.writeBundle(to: file)
      #expect(try TrainedVoice(contentsOf: file).description == strong.description)
    }
    var contradiction = voice.description
    contradiction.sampling.guidance = nil
    #expect(contradiction.problem?.contains("a guidance of nothing") == true)
  }
}
