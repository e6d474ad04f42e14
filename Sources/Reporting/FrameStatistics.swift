import LinearAlgebra

/// Mean and covariance of rows of numbers, such as the frames of log-mel spectrograms: the Gaussian that a Fréchet distance
/// compares. `Examples/Benchmarks/speech_metrics.py` measures other programs' audio in the same way.
public struct FrameStatistics: Sendable {
  /// Numbers of a row.
  public let width: Int
  /// Rows so far.
  public private(set) var count = 0
  private var sums: [Double]
  /// Of the upper triangle, `[width, width]`.
  private var products: [Double]

  /// - Parameter width: positive.
  public init(width: Int) {
    precondition(width > 0, "rows of \(width) numbers")
    self.width = width
    sums = [Double](repeating: 0, count: width)
    products = [Double](repeating: 0, count: width * width)
  }

  /// Adds rows, `[rows, width]`.
  ///
  /// - Precondition: the numbers make whole rows.
  public mutating func add(_ rows: [Float]) {
    precondition(rows.count % width == 0, "\(rows.count) numbers in rows of \(width)")
    count += rows.count / width
    Self.accumulate(rows, width, &sums, &products)
  }

  private static func accumulate(
    _ rows: [Float], _ width: Int, _ sums: inout [Double], _ products: inout [Double]
  ) {
    rows.withUnsafeBufferPointer { rows in
      sums.withUnsafeMutableBufferPointer { sums in
        products.withUnsafeMutableBufferPointer { products in
          for start in stride(from: 0, to: rows.count, by: width) {
            for i in 0..<width {
              let value = Double(rows[start + i])
              sums[i] += value
              for j in i..<width { products[i * width + j] += value * Double(rows[start + j]) }
            }
          }
        }
      }
    }
  }

  /// `[width]`.
  public var mean: [Double] { sums.map { $0 / Double(count) } }

  /// `[width, width]`, divided by the number of rows.
  public var covariance: [Double] {
    let mean = mean
    return (0..<width * width).map { index in
      let (i, j) = (index / width, index % width)
      return products[min(i, j) * width + max(i, j)] / Double(count) - mean[i] * mean[j]
    }
  }

  /// ‖µ_a − µ_b‖² + tr(A + B − 2 (A B)^½) of the two Gaussians (Fréchet's distance squared, as Heusel et al. 2017 give it),
  /// 0 or more: 0 for the same mean and covariance.
  ///
  /// - Precondition: both have rows, of one width.
  public func frechetDistance(to other: FrameStatistics) -> Double {
    check(other)
    let (a, b) = (covariance, other.covariance)
    let shift = zip(mean, other.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let traces = (0..<width).reduce(0) { $0 + a[$1 * width + $1] + b[$1 * width + $1] }
    // (A B)^½ has the eigenvalues of (A^½ B A^½)^½. What rounding makes negative is 0.
    let root = Self.squareRoot(a, width)
    let inner = MatrixProduct.square(MatrixProduct.square(root, b, width), root, width)
    let sum = SymmetricEigen(inner, width).values.reduce(0) { $0 + max(0, $1).squareRoot() }
    return max(0, shift + traces - 2 * sum)
  }

  /// The mean over the numbers of a row of this variance over the other's: 1 where they vary alike, less where these are too
  /// smooth (the global-variance ratio of speech synthesis: Toda & Tokuda 2007).
  ///
  /// - Precondition: both have rows, of one width; all of the other's numbers vary.
  public func varianceRatio(to other: FrameStatistics) -> Double {
    check(other)
    let (a, b) = (covariance, other.covariance)
    return (0..<width).reduce(0) { $0 + a[$1 * width + $1] / b[$1 * width + $1] } / Double(width)
  }

  private func check(_ other: FrameStatistics) {
    precondition(width == other.width, "rows of \(width) and of \(other.width) numbers")
    precondition(count > 0 && other.count > 0, "there are no rows to compare")
  }

  /// The symmetric root of a symmetric matrix without negative eigenvalues.
  private static func squareRoot(_ matrix: [Double], _ n: Int) -> [Double] {
    let eigen = SymmetricEigen(matrix, n)
    var scaled = eigen.vectors
    for i in 0..<n {
      let root = max(0, eigen.values[i]).squareRoot()
      for j in 0..<n { scaled[i * n + j] *= root }
    }
    var transposed = eigen.vectors
    for i in 0..<n { for j in 0..<n { transposed[j * n + i] = eigen.vectors[i * n + j] } }
    return MatrixProduct.square(transposed, scaled, n)
  }
}
