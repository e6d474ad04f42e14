import Autograd
import Backbone
import Consistency

/// The phoneme encoder compiled for up to so many tokens.
package final class EncoderPlan {
  private let plan: Plan
  private let features: PhonemeFeatures
  private let encoder: PhonemeEncoder.Configuration

  package init(_ voice: TrainedVoice, tokens: Int, threads: Int) {
    features = voice.description.features
    encoder = voice.description.encoder
    let graph = Graph()
    let output = voice.model.encoder(
      graph.input("features", [1, tokens, features.count]), mask: graph.input("mask", [1, tokens, 1]))
    var outputs = [
      "hidden": output.hidden, "means": output.means, "logDurations": output.logDurations, "voicing": output.voicing,
      "pitch": output.pitch,
    ]
    outputs["energy"] = output.energy
    plan = Plan(graph, outputs: outputs, weights: voice.packed, threads: threads)
  }

  package func run(_ tokens: [PhonemeToken], speaker: Int) -> EncodedUtterance {
    let rows = plan.input("features")
    features.fill(rows, tokens: tokens, speaker: speaker)
    let mask = plan.input("mask")
    for token in mask.indices { mask[token] = token < tokens.count ? 1 : 0 }
    plan.run()
    func values(_ name: String, _ width: Int) -> [Float] { Array(plan.output(name).prefix(tokens.count * width)) }
    return EncodedUtterance(
      features: Array(rows.prefix(tokens.count * features.count)), hidden: values("hidden", encoder.width),
      means: values("means", encoder.states * encoder.bands),
      logDurations: values("logDurations", encoder.states), voicing: values("voicing", encoder.states),
      pitch: values("pitch", encoder.states), energy: encoder.tells(.energy) ? values("energy", encoder.states) : [])
  }
}

/// The refiner compiled for up to so many frames.
package final class RefinerPlan {
  private let plan: Plan
  private let configuration: MeanRefiner.Configuration

  package init(_ voice: TrainedVoice, frames: Int, threads: Int) {
    configuration = voice.description.refiner
    let graph = Graph()
    let refinement = voice.model.refiner(
      graph.input("conditions", [1, frames, configuration.inputs]), mask: graph.input("mask", [1, frames, 1]))
    plan = Plan(graph, outputs: ["refinement": refinement], weights: voice.packed, threads: threads)
  }

  /// Adds the refinement to the means that the rows of conditions begin with.
  package func run(_ conditions: inout [Float]) {
    let (inputs, bands) = (configuration.inputs, configuration.bands)
    let count = conditions.count / inputs
    let (rows, mask) = (plan.input("conditions"), plan.input("mask"))
    for i in rows.indices { rows[i] = i < conditions.count ? conditions[i] : 0 }
    for frame in mask.indices { mask[frame] = frame < count ? 1 : 0 }
    plan.run()
    let refinement = plan.output("refinement")
    for frame in 0..<count {
      for band in 0..<bands { conditions[frame * inputs + band] += refinement[frame * bands + band] }
    }
  }
}

/// The decoder compiled for up to so many frames.
package final class DecoderPlan {
  private let description: VoiceDescription
  private let denoiser: DenoiserPlan
  private let frames: Int
  private let sample: UnsafeMutableBufferPointer<Float>

  package init(_ voice: TrainedVoice, frames: Int, threads: Int) {
    description = voice.description
    self.frames = frames
    let (bands, decoder) = (description.mel.bands, description.decoder)
    denoiser = DenoiserPlan(
      Denoiser(voice.model.decoder, description.parameterisation), shape: [1, frames, bands], weights: voice.packed,
      threads: threads
    ) { [guidance = description.sampling.guidance] graph in
      Conditioning(
        global: graph.input("speaker", [1, 1, decoder.globalCondition]),
        frames: graph.input("conditions", [1, frames, decoder.frameCondition]),
        mask: graph.input("mask", [1, frames, 1]),
        guidance: guidance.map { graph.constant([Float($0)], [1, 1, 1]) }
      )
    }
    sample = .allocate(capacity: frames * bands)
  }

  deinit { sample.deallocate() }

  /// A sample, `[frames, bands]`, for the rows of conditions that are given.
  ///
  /// - Parameters:
  ///   - noiseStart: frames of the noise that lie before these.
  ///   - sketch: where the first noise is centred, `[frames, bands]`.
  ///   - use: what of the sketch is kept. A plan for blocks has a multiple of their frames.
  package func run(
    _ conditions: [Float], speaker: Int, _ method: SamplingMethod, noise: NoiseSource, noiseStart: Int = 0,
    sketch: [Float]? = nil, use: AcousticPredictor.Given.Use = .sketch
  ) throws(ConsistencyError) -> [Float] {
    let bands = description.mel.bands
    let count = conditions.count / description.decoder.frameCondition
    let (rows, mask) = (denoiser.plan.input("conditions"), denoiser.plan.input("mask"))
    for i in rows.indices { rows[i] = i < conditions.count ? conditions[i] : 0 }
    for frame in mask.indices { mask[frame] = frame < count ? 1 : 0 }
    let indicators = denoiser.plan.input("speaker")
    for index in indicators.indices { indicators[index] = index == speaker ? 1 : 0 }
    var sampler = try description.sampler(method, elementCount: sample.count)
    // Every call of a chain has a generator of its own, so that no frame's noise depends on the padding, which has none.
    var call: UInt32 = 0
    let fillNoise = { (values: UnsafeMutableBufferPointer<Float>) in
      let fill = noise.filling(step: call, skipping: noiseStart * bands)
      fill(UnsafeMutableBufferPointer(rebasing: values[..<(count * bands)]))
      values[(count * bands)...].update(repeating: 0)
      call += 1
    }
    let evaluate: EvaluateInPlace = { [denoiser] x, sigma, end in denoiser(x, sigma, to: end) }
    /// Up to the length of the plan.
    func padded(_ values: [Float], with padding: Float) -> [Float] {
      values + [Float](repeating: padding, count: sample.count - values.count)
    }
    guard let sketch else {
      sampler.sample(sample, noise: fillNoise, evaluate)
      return Array(sample.prefix(count * bands))
    }
    let values = padded(sketch, with: 0)
    func complete(_ missing: [Float], _ map: OrthogonalMap) throws(ConsistencyError) {
      var edit = try Edit(values, missing: missing, shape: [1, frames, bands], map: map)
      sampler.sample(sample, keeping: &edit, noise: fillNoise, evaluate)
    }
    switch use {
    case .complete(let missing): try complete(padded(missing, with: 1), .identity)
    case .completeBlocks(let size):
      // The first coordinate of a whole block is its mean.
      let missing = (0..<sample.count).map { index -> Float in
        let frame = index / bands
        return frame % size == 0 && frame + size <= count ? 0 : 1
      }
      try complete(missing, try .blockAverage(size))
    case .sketch:
      values.withUnsafeBufferPointer { sampler.sample(sample, around: $0, noise: fillNoise, evaluate) }
    }
    return Array(sample.prefix(count * bands))
  }
}
