import Foundation

/// What a stream of random numbers is used for, so that two uses never share numbers.
public enum RandomStream: UInt32, Sendable {
  /// Initial weights.
  case initialization = 1
  /// The order of examples; the held-out split; a training sample's noise, noise level and dropout masks; a policy's
  /// samples; a simulated world; what an objective draws besides; where an example is cropped.
  case shuffle, split, noise, time, dropout, policy, environment, objective, crop
}

/// Counter-based random numbers, Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
///
/// The numbers are a pure function of (seed, step, sample, stream): a training run can be resumed, resharded or
/// replayed at any point, and the result never depends on the number of threads.
public struct Philox: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private var counter: (UInt32, UInt32, UInt32, UInt32)
  private var block: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  private var used = 4
  private var spareNormal: Double?

  /// The stream's first number.
  ///
  /// - Parameters:
  ///   - seed: of the whole run.
  ///   - step: the training or control step.
  ///   - sample: the global sample within the step, whatever shard or thread works on it.
  ///   - stream: what the numbers are used for.
  public init(seed: UInt64, step: UInt32, sample: UInt32, stream: RandomStream) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = (0, stream.rawValue, sample, step)
  }

  /// The next 64 random bits; the less significant half is drawn first.
  public mutating func next() -> UInt64 {
    let low = nextWord()
    return UInt64(nextWord()) << 32 | UInt64(low)
  }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      block = Self.block(counter, key)
      counter.0 &+= 1
      used = 0
    }
    defer { used += 1 }
    switch used {
    case 0: return block.0
    case 1: return block.1
    case 2: return block.2
    default: return block.3
    }
  }

  /// Uniform in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal (Box-Muller; the pair's second number is kept for the next call).
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spareNormal = radius * sin(angle)
    return radius * cos(angle)
  }

  /// Leaves out so many of the stream's first normal numbers, in no time: two of them are made of one block.
  ///
  /// - Precondition: nothing was drawn yet.
  public mutating func skipNormals(_ count: Int) {
    precondition(used == 4 && spareNormal == nil && counter.0 == 0, "numbers have been drawn")
    counter.0 = UInt32(count / 2)
    if count % 2 == 1 { _ = normal() }
  }

  /// Ten rounds of Philox4x32.
  package static func block(
    _ counter: (UInt32, UInt32, UInt32, UInt32), _ key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c0, c1, c2, c3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let a = UInt64(0xD251_1F53) * UInt64(c0)
      let b = UInt64(0xCD9E_8D57) * UInt64(c2)
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: b >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: a)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }
}
