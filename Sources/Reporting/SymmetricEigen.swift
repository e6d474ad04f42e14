/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's cyclic rotations (Golub & Van Loan, "Matrix
/// computations", section 8.5): slow for large matrices, exact to rounding for all. O(n³) time a sweep, about ten sweeps.
struct SymmetricEigen {
  /// In no order.
  let values: [Double]
  /// `[n, n]`: row i is the eigenvector of length 1 of value i.
  let vectors: [Double]

  /// - Parameters:
  ///   - matrix: `[n, n]`, symmetric.
  ///   - n: rows, 1 or more.
  /// - Precondition: `matrix` has n² numbers, all finite.
  init(_ matrix: [Double], _ n: Int) {
    precondition(n > 0 && matrix.count == n * n, "\(matrix.count) numbers for a matrix of \(n) rows")
    var a = matrix
    var v = [Double](repeating: 0, count: n * n)
    for i in 0..<n { v[i * n + i] = 1 }
    let scale = matrix.reduce(0) { $0 + $1 * $1 }
    a.withUnsafeMutableBufferPointer { a in
      v.withUnsafeMutableBufferPointer { v in
        for _ in 0..<60 {
          var outside = 0.0
          for p in 0..<n { for q in p + 1..<n { outside += a[p * n + q] * a[p * n + q] } }
          if outside <= 1e-30 * scale { break }
          for p in 0..<n { for q in p + 1..<n { Self.rotate(a, v, n, p, q) } }
        }
      }
    }
    values = (0..<n).map { a[$0 * n + $0] }
    vectors = v
  }

  /// Makes the elements p, q of the matrix 0.
  private static func rotate(
    _ a: UnsafeMutableBufferPointer<Double>, _ v: UnsafeMutableBufferPointer<Double>, _ n: Int, _ p: Int, _ q: Int
  ) {
    let element = a[p * n + q]
    guard element != 0 else { return }
    let tau = (a[q * n + q] - a[p * n + p]) / (2 * element)
    let t = (tau >= 0 ? 1 : -1) / (abs(tau) + (1 + tau * tau).squareRoot())
    let c = 1 / (1 + t * t).squareRoot()
    let s = t * c
    for k in 0..<n {
      let (x, y) = (a[k * n + p], a[k * n + q])
      (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y)
    }
    for k in 0..<n {
      let (x, y) = (a[p * n + k], a[q * n + k])
      (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y)
      let (u, w) = (v[p * n + k], v[q * n + k])
      (v[p * n + k], v[q * n + k]) = (c * u - s * w, s * u + c * w)
    }
  }
}
