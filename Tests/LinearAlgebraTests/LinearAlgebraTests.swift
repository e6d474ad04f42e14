import Foundation
import LinearAlgebra
import Testing

@Suite("Linear algebra")
struct LinearAlgebraTests {
  /// Second differences on n points: the values are 2 - 2 cos(πk / (n + 1)), and vectors of sines belong to them.
  @Test(arguments: [1, 2, 7, 80]) func eigenvaluesOfSecondDifferencesAreKnown(n: Int) {
    var matrix = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      matrix[i * n + i] = 2
      if i > 0 { matrix[i * n + i - 1] = -1 }
      if i + 1 < n { matrix[i * n + i + 1] = -1 }
    }
    let eigen = SymmetricEigen(matrix, n)
    for k in 0..<n {
      let exact = 2 - 2 * cos(Double.pi * Double(k + 1) / Double(n + 1))
      #expect(abs(eigen.values[k] - exact) < 1e-12)
      let vector = eigen.vectors[k * n..<(k + 1) * n]
      let start = vector.startIndex
      #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
      for i in 0..<n {
        let image = (0..<n).reduce(0) { $0 + matrix[i * n + $1] * vector[start + $1] }
        #expect(abs(image - exact * vector[start + i]) < 1e-12)
      }
    }
  }

  @Test func aProductOfSquareMatricesIsRowTimesColumn() {
    #expect(MatrixProduct.square([1, 2, 3, 4], [5, 6, 7, 8], 2) == [19, 22, 43, 50])
  }

  @Test func aTransposedProductIsColumnTimesColumn() {
    // a: 2 x 3, b: 2 x 2.
    let a: [Float] = [1, 2, 3, 4, 5, 6], b: [Float] = [1, 2, 3, 4]
    let c = [Float](unsafeUninitializedCapacity: 6) { c, count in
      MatrixProduct.transposedTimes(rows: 3, columns: 2, depth: 2, a, b, into: c.baseAddress!)
      count = 6
    }
    #expect(c == [13, 18, 17, 24, 21, 30])
  }
}
