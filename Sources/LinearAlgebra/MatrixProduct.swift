import COpenBLAS

/// Products of dense row-major matrices by OpenBLAS, each on the calling thread alone: several threads may call at a time,
/// and a result does not depend on the number of cores.
public enum MatrixProduct {
  /// c = aᵀ b.
  ///
  /// - Parameters:
  ///   - rows: of c, and columns of a.
  ///   - columns: of b and c.
  ///   - depth: rows of a and b.
  ///   - a: `[depth, rows]`.
  ///   - b: `[depth, columns]`.
  ///   - c: `[rows, columns]`, overwritten; apart from a and b.
  public static func transposedTimes(
    rows: Int, columns: Int, depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>
  ) {
    OpenBLAS.oneThread
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, blasint(rows), blasint(columns), blasint(depth), 1, a, blasint(rows), b,
      blasint(columns), 0, c, blasint(columns))
  }

  /// The product of two square matrices of n rows.
  ///
  /// - Precondition: both have n² numbers.
  public static func square(_ a: [Double], _ b: [Double], _ n: Int) -> [Double] {
    precondition(a.count == n * n && b.count == n * n, "\(a.count) and \(b.count) numbers for matrices of \(n) rows")
    OpenBLAS.oneThread
    let size = blasint(n)
    return [Double](unsafeUninitializedCapacity: n * n) { result, count in
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, a, size, b, size, 0, result.baseAddress!, size)
      count = n * n
    }
  }
}
