import Autograd

/// Standard normal noise with a generator per sample, so that a sample never depends on the batch that it is part of.
public struct SampleNoise: Sendable {
  private var generators: [Philox]

  /// One generator per sample, in the order of the samples.
  public init(_ generators: [Philox]) { self.generators = generators }

  /// One per seed; `step` tells the queries of a control loop apart, and of each so many numbers are left out.
  public init(seeds: [UInt64], step: UInt32 = 0, skipping skipped: Int = 0) {
    generators = seeds.map { seed in
      var generator = Philox(seed: seed, step: step, sample: 0, stream: .policy)
      generator.skipNormals(skipped)
      return generator
    }
  }

  /// Fills `[samples, …]`, each sample from its own generator, which goes on where it stopped.
  ///
  /// - Precondition: the floats are a multiple of the samples.
  public mutating func fill(_ values: UnsafeMutableBufferPointer<Float>) {
    precondition(
      values.count % max(generators.count, 1) == 0, "\(values.count) floats for \(generators.count) samples")
    let count = values.count / max(generators.count, 1)
    for sample in generators.indices {
      var generator = generators[sample]
      for i in sample * count..<(sample + 1) * count { values[i] = Float(generator.normal()) }
      generators[sample] = generator
    }
  }
}
