import Autograd
import Foundation

/// The data: eight Gaussian blobs on a circle, the smallest distribution on which a generative model can go wrong by
/// leaving out modes or by filling the gaps between them.
enum Ring {
  static let modes = (0..<8).map { index -> SIMD2<Double> in
    let angle = Double(index) * .pi / 4
    return SIMD2(cos(angle), sin(angle))
  }
  /// Of each blob, per coordinate.
  static let deviation = 0.06
  /// Of all the data, per coordinate: a circle of radius 1 has a variance of 1/2.
  static let sigmaData = (0.5 + deviation * deviation).squareRoot()

  /// Random points of the ring.
  static func points(_ count: Int, seed: UInt64) -> [SIMD2<Double>] {
    var random = Philox(seed: seed, step: 0, sample: 0, stream: .environment)
    return (0..<count).map { _ in
      modes[Int.random(in: 0..<8, using: &random)] + deviation * SIMD2(random.normal(), random.normal())
    }
  }

  /// How far samples are from the data, in shares that the data themselves have as well.
  struct Verdict {
    /// Samples within four deviations of a mode; 0.9997 of the data are.
    let onModes: Double
    /// Samples near the mode that has the fewest of them; 1/8 of the data are.
    let rarestMode: Double

    init(_ samples: [SIMD2<Double>]) {
      var counts = [Int](repeating: 0, count: modes.count)
      for sample in samples {
        let distances = modes.map { mode in ((sample - mode) * (sample - mode)).sum().squareRoot() }
        let nearest = distances.indices.min { distances[$0] < distances[$1] }!
        if distances[nearest] < 4 * deviation { counts[nearest] += 1 }
      }
      onModes = Double(counts.reduce(0, +)) / Double(samples.count)
      rarestMode = Double(counts.min()!) / Double(samples.count)
    }
  }
}
