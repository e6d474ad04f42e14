import COpenBLAS

/// Eigenvalues and eigenvectors of a symmetric matrix, by LAPACK's `dsyevd` (divide and conquer).
public struct SymmetricEigen: Sendable {
  /// Rising.
  public let values: [Double]
  /// `[n, n]`: row i is the eigenvector of length 1 of value i.
  public let vectors: [Double]

  /// - Parameters:
  ///   - matrix: `[n, n]`, symmetric; its lower triangle is read.
  ///   - n: rows, 1 or more.
  /// - Precondition: `matrix` has n² numbers, all finite.
  public init(_ matrix: [Double], _ n: Int) {
    precondition(n > 0 && matrix.count == n * n, "\(matrix.count) numbers for a matrix of \(n) rows")
    precondition(matrix.allSatisfy(\.isFinite), "a matrix holds a number that is not finite")
    // A row-major lower triangle is a column-major upper one, and eigenvectors in columns come out as rows.
    var vectors = matrix, values = [Double](repeating: 0, count: n)
    var size = blasint(n), info: blasint = 0
    var workCount = blasint(1 + 6 * n + 2 * n * n), wholeCount = blasint(3 + 5 * n)
    var work = [Double](repeating: 0, count: Int(workCount)), whole = [blasint](repeating: 0, count: Int(wholeCount))
    OpenBLAS.oneThread
    dsyevd_("V", "U", &size, &vectors, &size, &values, &work, &workCount, &whole, &wholeCount, &info)
    precondition(info == 0, "dsyevd found no eigenvalues of a matrix of \(n) rows: \(info)")
    self.values = values
    self.vectors = vectors
  }
}
