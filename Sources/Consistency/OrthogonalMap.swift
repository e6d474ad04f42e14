import Foundation

/// An orthogonal change of coordinates of an array `[batch, time, channels]`, in which what is known of it can be said value
/// by value: A of Song et al. 2023, section 9 and algorithm 4. Its inverse is its transpose, so white noise stays white.
///
/// It acts on runs of equally many neighbours in time or of channels, by the same matrix.
public struct OrthogonalMap: Sendable, Hashable {
  /// `[size, size]`, a row per new coordinate; nil for the identity.
  private let matrix: [Float]?
  /// Values per run.
  public let size: Int
  private let isInTime: Bool

  private init(_ matrix: [Double]?, size: Int, isInTime: Bool) {
    self.matrix = matrix.map { $0.map(Float.init) }
    self.size = size
    self.isInTime = isInTime
  }

  /// Leaves everything as it is: what is known are values themselves.
  public static var identity: OrthogonalMap { OrthogonalMap(nil, size: 1, isInTime: true) }

  /// Every run of `size` neighbours in time → √size times its mean, then what is finer (the orthonormal cosine transform
  /// DCT-II). With the first coordinate known and the others missing an edit is super-resolution in time.
  ///
  /// - Parameter size: 2 or more; the length must be a multiple of it.
  /// - Throws: `ConsistencyError.badSetting`.
  public static func blockAverage(_ size: Int) throws(ConsistencyError) -> OrthogonalMap {
    try ConsistencyError.require(size >= 2, "the size of a block", size, "2 or more")
    var matrix = [Double](repeating: (1 / Double(size)).squareRoot(), count: size * size)
    let scale = (2 / Double(size)).squareRoot()
    for row in 1..<size {
      for column in 0..<size {
        let angle = Double.pi * Double(row) * (Double(column) + 0.5) / Double(size)
        matrix[row * size + column] = scale * cos(angle)
      }
    }
    return OrthogonalMap(matrix, size: size, isInTime: true)
  }

  /// The channels of every frame → mixtures of them, of which some are known: a sum, a difference, a luminance.
  ///
  /// - Parameter rows: `[channels][channels]`, orthonormal to 1e-5.
  /// - Throws: `ConsistencyError.badSetting` for rows that are not.
  public static func channelMix(_ rows: [[Double]]) throws(ConsistencyError) -> OrthogonalMap {
    try ConsistencyError.require(
      !rows.isEmpty && rows.allSatisfy { $0.count == rows.count }, "the matrix of a channel mix", rows,
      "as many rows as columns")
    for (i, row) in rows.enumerated() {
      for (j, other) in rows.enumerated() {
        let product = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
        // Written so that NaN is refused as well.
        guard abs(product - (i == j ? 1 : 0)) <= 1e-5 else {
          throw .badSetting(
            name: "the product of rows \(i) and \(j) of a channel mix", value: "\(product)",
            expected: "orthonormal rows")
        }
      }
    }
    return OrthogonalMap(rows.flatMap { $0 }, size: rows.count, isInTime: false)
  }

  /// A x, or with `inverse` A⁻¹ x, of `x` as `[batch, time, channels]`.
  ///
  /// - Throws: `ConsistencyError.badSetting` for a shape that has no whole runs, or is not that of x.
  public func callAsFunction(
    _ x: [Float], shape: [Int], inverse: Bool = false
  ) throws(ConsistencyError) -> [Float] {
    try check(shape)
    try ConsistencyError.require(x.count == shape.reduce(1, *), "the number of values", x.count, "those of \(shape)")
    var result = x
    var run = [Float](repeating: 0, count: size)
    result.withUnsafeMutableBufferPointer {
      apply($0.baseAddress!, count: x.count, channels: shape[2], inverse: inverse, &run)
    }
    return result
  }

  /// - Throws: `ConsistencyError.badSetting` for a shape that is none, or has no whole runs.
  func check(_ shape: [Int]) throws(ConsistencyError) {
    try ConsistencyError.require(
      shape.count == 3 && shape.allSatisfy { $0 > 0 }, "the shape of an edit", shape, "[batch, time, channels]")
    if isInTime {
      try ConsistencyError.require(shape[1] % size == 0, "the length", shape[1], "a multiple of \(size)")
    } else {
      try ConsistencyError.require(shape[2] == size, "the number of channels", shape[2], "\(size)")
    }
  }

  /// Replaces `x`, `[batch, time, channels]`, by A x, or with `inverse` by A⁻¹ x.
  ///
  /// - Parameters:
  ///   - channels: of x.
  ///   - run: work space of `size` floats.
  func apply(
    _ x: UnsafeMutablePointer<Float>, count: Int, channels: Int, inverse: Bool, _ run: UnsafeMutablePointer<Float>
  ) {
    guard let matrix else { return }
    let (step, group) = isInTime ? (channels, channels) : (1, 1)
    matrix.withUnsafeBufferPointer { matrix in
      for start in stride(from: 0, to: count, by: size * group) {
        for first in start..<start + group {
          for i in 0..<size { run[i] = x[first + i * step] }
          for i in 0..<size {
            var sum: Float = 0
            for j in 0..<size { sum += (inverse ? matrix[j * size + i] : matrix[i * size + j]) * run[j] }
            x[first + i * step] = sum
          }
        }
      }
    }
  }
}
