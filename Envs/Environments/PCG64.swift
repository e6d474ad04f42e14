/// PCG64 (XSL-RR 128/64) seeded through numpy's `SeedSequence`: the generator of `numpy.random.default_rng(seed)` and
/// of Gymnasium's `np_random`, number for number.
///
/// Generator: O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms" (2014). Bounded
/// integers: Lemire, "Fast Random Integer Generation in an Interval" (2019), on the buffered 32-bit halves where the
/// range allows it, as numpy does.
public struct PCG64: RandomNumberGenerator, Sendable {
  private static let multiplier: UInt128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645

  private var state: UInt128
  private let increment: UInt128
  private var spareHalf: UInt32?

  /// The state of `default_rng(seed)`.
  public init(seed: UInt64) {
    let words = SeedSequence(entropy: seed).generate64(count: 4)
    let start = UInt128(words[0]) << 64 | UInt128(words[1])
    let sequence = UInt128(words[2]) << 64 | UInt128(words[3])
    increment = sequence << 1 | 1
    state = (increment &+ start) &* Self.multiplier &+ increment
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state = state &* Self.multiplier &+ increment
    let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
    let turn = UInt64(truncatingIfNeeded: state >> 122)
    return folded &>> turn | folded &<< (64 &- turn)
  }

  /// The next 32 random bits: the low half of a word, then its high half.
  public mutating func next32() -> UInt32 {
    if let half = spareHalf {
      spareHalf = nil
      return half
    }
    let word = next()
    spareHalf = UInt32(truncatingIfNeeded: word >> 32)
    return UInt32(truncatingIfNeeded: word)
  }

  /// `random()`: uniform in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// `uniform(low, high)`: uniform in [low, high).
  public mutating func uniform(in range: Range<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// `integers(low, high)` with the default dtype int64: uniform in `range`.
  ///
  /// - Precondition: the range is not empty.
  public mutating func integer(in range: Range<Int>) -> Int {
    precondition(!range.isEmpty, "\(range) must hold at least one integer")
    let span = UInt64(bitPattern: Int64(range.upperBound &- 1 &- range.lowerBound))
    let offset: UInt64
    switch span {
    case 0: offset = 0
    case ...UInt64(UInt32.max): offset = UInt64(bounded32(UInt32(span)))
    default: offset = bounded64(span)
    }
    return range.lowerBound &+ Int(truncatingIfNeeded: offset)
  }

  private mutating func bounded32(_ span: UInt32) -> UInt32 {
    guard span < .max else { return next32() }
    let count = span + 1
    var product = count.multipliedFullWidth(by: next32())
    if product.low < count {
      let threshold = (UInt32.max - span) % count
      while product.low < threshold { product = count.multipliedFullWidth(by: next32()) }
    }
    return product.high
  }

  private mutating func bounded64(_ span: UInt64) -> UInt64 {
    guard span < .max else { return next() }
    let count = span + 1
    var product = count.multipliedFullWidth(by: next())
    if product.low < count {
      let threshold = (UInt64.max - span) % count
      while product.low < threshold { product = count.multipliedFullWidth(by: next()) }
    }
    return product.high
  }
}

/// numpy's `SeedSequence` with a pool of four words: spreads a seed's bits over a generator's whole state.
///
/// Source: O'Neill, "Developing a seed_seq Alternative" (2015), with numpy's constants.
struct SeedSequence {
  private var pool: [UInt32]

  /// The pool of `SeedSequence(entropy)`.
  init(entropy: UInt64) {
    var constant: UInt32 = 0x43b0_d7e5
    func hashed(_ word: UInt32) -> UInt32 {
      var value = word ^ constant
      constant = constant &* 0x931e_8875
      value = value &* constant
      return value ^ (value >> 16)
    }
    let low = hashed(UInt32(truncatingIfNeeded: entropy))
    let high = hashed(UInt32(truncatingIfNeeded: entropy >> 32))
    var pool = [low, high, hashed(0), hashed(0)]
    for source in pool.indices {
      for target in pool.indices where target != source {
        let mixed = 0xca01_f9dd &* pool[target] &- 0x4973_f715 &* hashed(pool[source])
        pool[target] = mixed ^ (mixed >> 16)
      }
    }
    self.pool = pool
  }

  /// `generate_state(count, uint64)`.
  func generate64(count: Int) -> [UInt64] {
    var constant: UInt32 = 0x8b51_f9dd
    let words = (0..<2 * count).map { index in
      var value = pool[index % pool.count] ^ constant
      constant = constant &* 0x58f3_8ded
      value = value &* constant
      return UInt64(value ^ (value >> 16))
    }
    return (0..<count).map { words[2 * $0] | words[2 * $0 + 1] << 32 }
  }
}
