/// What is known of a sample that is to be completed: zero-shot editing (Song et al. 2023, section 9 and algorithm 4).
///
/// In the coordinates A of a map some values are known, y, and the others are missing, Ω:
///
///     x ← A⁻¹[(A y)(1 − Ω) + (A x) Ω]
///
/// after every network call. Inpainting, prefixes, waypoints and goals are the identity with some rows known; completion
/// across channels is it with some channels known, or a mix of them; super-resolution in time knows means of blocks.
public struct Edit: Sendable {
  /// `[batch, time, channels]`
  public let shape: [Int]
  public let map: OrthogonalMap
  /// A y where something is known, 0 elsewhere, and 1 − Ω.
  private let target: [Float]
  private let weight: [Float]
  /// Where algorithm 4 begins: A⁻¹[(A y)(1 − Ω)].
  let center: [Float]
  /// A x as it was remembered, and work space of the map.
  private var work: [Float]

  /// - Parameters:
  ///   - values: y, `[batch, time, channels]`; finite. What is missing of it has no influence.
  ///   - missing: Ω in the map's coordinates, `[batch, time, channels]`: 1 where missing, 0 where known; between them is what
  ///     is only drawn towards y (a soft mask).
  /// - Throws: `ConsistencyError.badSetting` for sizes that do not fit, values that are not finite, or an edit in which
  ///   nothing is known or nothing is missing.
  public init(
    _ values: [Float], missing: [Float], shape: [Int], map: OrthogonalMap = .identity
  ) throws(ConsistencyError) {
    // Checks the shape and the number of values, too.
    var coordinates = try map(values, shape: shape)
    let count = values.count
    try ConsistencyError.require(missing.count == count, "the size of the mask", missing.count, "\(count)")
    if let value = missing.first(where: { !($0 >= 0 && $0 <= 1) }) {
      throw .badSetting(name: "a value of the mask", value: "\(value)", expected: "0, known, to 1, missing")
    }
    let (hasKnown, hasMissing) = (missing.contains { $0 < 1 }, missing.contains { $0 > 0 })
    try ConsistencyError.require(hasKnown, "the number of known values", 0, "at least one")
    try ConsistencyError.require(hasMissing, "the number of missing values", 0, "at least one")
    self.shape = shape
    self.map = map
    weight = missing.map { 1 - $0 }
    // A missing value may be anything, even no number, as long as the map does not mix it into a known one.
    for i in 0..<count where missing[i] == 1 { coordinates[i] = 0 }
    try ConsistencyError.require(
      coordinates.allSatisfy(\.isFinite), "a known value", "not finite", "finite numbers")
    target = coordinates
    center = try map(zip(coordinates, weight).map { $0 * $1 }, shape: shape, inverse: true)
    work = [Float](repeating: 0, count: count + map.size)
  }

  /// Super-resolution in time: every coarse frame is the mean of `factor` frames that are to be found.
  ///
  /// - Parameters:
  ///   - coarse: `[batch, time / factor, channels]`.
  ///   - shape: `[batch, time, channels]`, time a multiple of `factor`.
  /// - Throws: as the initialiser from values.
  public init(coarse: [Float], factor: Int, shape: [Int]) throws(ConsistencyError) {
    let map = try OrthogonalMap.blockAverage(factor)
    try map.check(shape)
    let (length, channels) = (shape[1], shape[2])
    let count = shape.reduce(1, *)
    try ConsistencyError.require(
      coarse.count * factor == count, "the number of coarse values", coarse.count, "\(count / factor)")
    var values = [Float](repeating: 0, count: count)
    var missing = [Float](repeating: 1, count: count)
    for i in 0..<count {
      let (row, channel) = (i / channels, i % channels)
      values[i] = coarse[(row / length * (length / factor) + row % length / factor) * channels + channel]
      if row % factor == 0 { missing[i] = 0 }
    }
    try self.init(values, missing: missing, shape: shape, map: map)
  }

  /// `x`, `[batch, time, channels]`, with what is known in the place of what it was: a sketch to begin from. What is only
  /// drawn towards its value stays.
  public func applied(to x: [Float]) -> [Float] {
    precondition(x.count == target.count, "\(x.count) floats for an edit of \(target.count)")
    var (edit, x) = (self, x)
    x.withUnsafeMutableBufferPointer { edit.restore($0, softly: false) }
    return x
  }

  /// Remembers x before a network call that will not go all the way down.
  mutating func remember(_ x: UnsafeMutableBufferPointer<Float>) {
    let (map, channels) = (map, shape[2])
    work.withUnsafeMutableBufferPointer { work in
      let before = work.baseAddress!
      before.update(from: x.baseAddress!, count: x.count)
      map.apply(before, count: x.count, channels: channels, inverse: false, before + x.count)
    }
  }

  /// Puts what is known back into x.
  ///
  /// - Parameters:
  ///   - kept: how much of the x that was remembered is still in it: s/sigma after a jump from sigma to s, on
  ///     which the known part goes straight to its value; 0 where x is clean.
  ///   - softly: whether what is only drawn towards its value is drawn.
  mutating func restore(_ x: UnsafeMutableBufferPointer<Float>, kept: Float = 0, softly: Bool = true) {
    let (map, channels, target, weight) = (map, shape[2], target, weight)
    work.withUnsafeMutableBufferPointer { work in
      let run = work.baseAddress! + x.count
      map.apply(x.baseAddress!, count: x.count, channels: channels, inverse: false, run)
      for i in 0..<x.count where weight[i] == 1 || softly && weight[i] > 0 {
        let value = kept == 0 ? target[i] : target[i] + kept * (work[i] - target[i])
        x[i] = weight[i] == 1 ? value : x[i] + weight[i] * (value - x[i])
      }
      map.apply(x.baseAddress!, count: x.count, channels: channels, inverse: true, run)
    }
  }
}

extension Sampler {
  /// Fills `x` with samples that keep to what is known: exactly where the map is the identity, else as exactly as single
  /// precision computes the map. Allocates nothing itself.
  ///
  /// Works with every method: chains and jumps are corrected after every call. Of an ODE's denoiser the known part is
  /// replaced, which makes that part of x go straight from its noise to its value; the rest is then drawn a little less
  /// faithfully than by a chain of falling sigmas, which in the limit of many small steps is Langevin's dynamics on the
  /// conditional distribution.
  ///
  /// - Parameters:
  ///   - x: as many floats as the edit has values, whose contents are replaced.
  ///   - sketch: where the first noise is centred; nil for what is known, and 0 where nothing is.
  ///   - noise: fills an array with standard normal noise.
  ///   - evaluate: the model, in place.
  public mutating func sample(
    _ x: UnsafeMutableBufferPointer<Float>, keeping edit: inout Edit, around sketch: UnsafeBufferPointer<Float>? = nil,
    noise: (UnsafeMutableBufferPointer<Float>) -> Void, _ evaluate: EvaluateInPlace
  ) {
    precondition(x.count == edit.center.count, "\(x.count) floats for an edit of \(edit.center.count)")
    let center = edit.center
    center.withUnsafeBufferPointer { center in
      sample(x, around: sketch ?? center, noise: noise) { x, sigma, end in
        let kept = Float((end ?? 0) / sigma)
        if kept > 0 { edit.remember(x) }
        evaluate(x, sigma, end)
        edit.restore(x, kept: kept)
      }
    }
    // Solvers and jumps may end above 0, where there is still noise on it.
    edit.restore(x, softly: false)
  }
}
