/// How a network is trained. Every field is a key of the YAML configuration and of `--set`.
public struct TrainingConfiguration: Sendable, Codable, Equatable {
  /// Optimiser steps of the whole run, 1 to 2³² − 2; the learning rate's cosine ends there.
  public var steps = 14_000
  /// Examples per step, over all shards, 1 to 1,000,000.
  public var batchSize = 128
  /// Parts that a batch is always cut into, whatever the number of threads: their gradients are added in shard order,
  /// so that results do not depend on it. Must divide `batchSize`.
  public var shards = 4
  /// Peak learning rate, after the warm-up; positive.
  public var learningRate = 5e-4
  /// Steps over which the learning rate rises linearly from 0; 0 or more.
  public var warmupSteps = 300
  /// Decay of AdamW's first moment, the mean gradient, in [0, 1).
  public var beta1 = 0.95
  /// Decay of its second moment, the mean squared gradient, in [0, 1).
  public var beta2 = 0.999
  /// Added to the root of the second moment in AdamW's denominator; positive.
  public var epsilon = 1e-8
  /// Decoupled weight decay, times the learning rate per step (Loshchilov & Hutter 2019); 0 or more.
  public var weightDecay = 1e-6
  /// The gradient's global norm is clipped to this; 0 switches clipping off.
  public var clipNorm = 1.0
  /// The EMA's decay at the end of step k ≥ 2, 0 being the first, is 1 − k^−emaPower, at most `emaMaximum`; before, 0.
  public var emaPower = 0.75
  /// The EMA's largest decay, in [0, 1].
  public var emaMaximum = 0.9999
  /// Decides every random number of the run.
  public var seed: UInt64 = 1
  /// Steps between two checkpoints `step-N.safetensors`, at least 1; `last.safetensors` is written at the same time.
  /// The last step makes both as well.
  public var checkpointEvery = 1_000
  /// Numbered checkpoints that are kept, the newest; 0 keeps all.
  public var keepCheckpoints = 2
  /// Steps between two lines of progress and of metrics.jsonl, at least 1. Held-out losses and the last step make lines
  /// of their own.
  public var logEvery = 50
  /// Steps between two measurements of the held-out loss (with the EMA weights), and one after the last step; 0
  /// switches it off.
  public var evaluateEvery = 500
  /// Held-out examples per measurement, at least 1, always the same ones with the same noise; rounded up to whole
  /// shards' batches.
  public var evaluationExamples = 512

  /// The values above.
  public init() {}

  /// What is wrong with the values, with the name of the setting, or nil.
  public var problem: String? {
    // A step's number is 32 bits of the random numbers' key.
    if !(1..<Int(UInt32.max)).contains(steps) { return "steps is \(steps); 1 to \(UInt32.max - 1) are possible" }
    if !(1...1_000_000).contains(batchSize) { return "batchSize is \(batchSize); 1 to 1,000,000 are possible" }
    if shards < 1 || batchSize % shards != 0 {
      return "shards is \(shards), which does not divide batchSize \(batchSize)"
    }
    if !(learningRate > 0) || !learningRate.isFinite { return "learningRate is \(learningRate); it must be positive" }
    if warmupSteps < 0 { return "warmupSteps is \(warmupSteps); it cannot be negative" }
    // The kernels compute in single precision, where 0.99999999 is 1.
    if !(0..<1).contains(Float(beta1)) || !(0..<1).contains(Float(beta2)) {
      return "beta1 and beta2 must lie in [0, 1)"
    }
    if !(Float(epsilon) > 0) || !epsilon.isFinite { return "epsilon is \(epsilon); it must be positive" }
    for (name, value) in [("weightDecay", weightDecay), ("clipNorm", clipNorm), ("emaPower", emaPower)]
    where !(value >= 0) || !value.isFinite {
      return "\(name) is \(value); it must be a number, 0 or more"
    }
    if !(0...1).contains(emaMaximum) { return "emaMaximum is \(emaMaximum); it must lie in [0, 1]" }
    if checkpointEvery < 1 || logEvery < 1 { return "checkpointEvery and logEvery must be at least 1" }
    if keepCheckpoints < 0 { return "keepCheckpoints is \(keepCheckpoints); give 0 to keep all" }
    if evaluateEvery < 0 || evaluationExamples < 1 { return "evaluateEvery must be ≥ 0 and evaluationExamples ≥ 1" }
    return nil
  }
}
