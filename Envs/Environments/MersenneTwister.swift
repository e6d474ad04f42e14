import Foundation

/// MT19937 with the methods of numpy's legacy `RandomState(seed)`, number for number.
///
/// Generator: Matsumoto and Nishimura, "Mersenne Twister" (1998), seeded by their `init_genrand` of 2002.
/// Distributions: the ones `RandomState` has frozen (masked rejection for integers, the polar method with a cached
/// second value for normals), so that a seed of an older Python world draws the same start here.
public struct MersenneTwister: RandomNumberGenerator, Sendable {
  private static let length = 624
  private static let middle = 397

  private var words: [UInt32]
  private var position = MersenneTwister.length
  private var cachedNormal: Double?

  /// The state of `RandomState(seed)`.
  public init(seed: UInt32) {
    words = [UInt32](repeating: seed, count: Self.length)
    for index in 1..<Self.length {
      let previous = words[index - 1]
      words[index] = 1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(index)
    }
  }

  /// The next 32 random bits.
  public mutating func next32() -> UInt32 {
    if position == Self.length { refill() }
    var word = words[position]
    position += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9d2c_5680
    word ^= (word << 15) & 0xefc6_0000
    return word ^ (word >> 18)
  }

  /// The next 64 random bits: the first word drawn is the high half.
  public mutating func next() -> UInt64 {
    let high = UInt64(next32())
    return high << 32 | UInt64(next32())
  }

  /// `random_sample()`: uniform in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double {
    let high = Double(next32() >> 5)
    let low = Double(next32() >> 6)
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /// `randint(low, high)`: uniform in `range`, by masked rejection on 32-bit words.
  ///
  /// - Precondition: the range is not empty and spans at most 2³² values.
  public mutating func integer(in range: Range<Int>) -> Int {
    let span = range.upperBound - 1 - range.lowerBound
    precondition(span >= 0 && span <= Int(UInt32.max), "\(range) must hold 1...2^32 integers")
    guard span > 0 else { return range.lowerBound }
    let limit = UInt32(span)
    let mask = UInt32.max >> limit.leadingZeroBitCount
    var value = next32() & mask
    while value > limit { value = next32() & mask }
    return range.lowerBound + Int(value)
  }

  /// `randn()`: a standard normal by the polar method; every second call returns the cached partner.
  public mutating func normal() -> Double {
    if let cached = cachedNormal {
      cachedNormal = nil
      return cached
    }
    while true {
      let first = 2 * uniform() - 1
      let second = 2 * uniform() - 1
      let square = first * first + second * second
      guard square < 1, square != 0 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      cachedNormal = factor * first
      return factor * second
    }
  }

  private mutating func refill() {
    for index in 0..<Self.length {
      let next = words[(index + 1) % Self.length]
      let mixed = (words[index] & 0x8000_0000) | (next & 0x7fff_ffff)
      let twist: UInt32 = mixed & 1 == 0 ? 0 : 0x9908_b0df
      words[index] = words[(index + Self.middle) % Self.length] ^ (mixed >> 1) ^ twist
    }
    position = 0
  }
}
