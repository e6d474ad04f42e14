import CKernels
import Foundation

/// A group normalisation with random operands, and what its kernels should compute, in double.
struct NormalizationCase: Sendable, CustomStringConvertible {
  var shape: Shape
  var groups: Int
  var masked: Bool
  var description: String { "\(shape) in \(groups) groups\(masked ? ", masked" : "")" }

  static let epsilon: Float = 1e-5

  static let all: [NormalizationCase] = [
    (Shape(2, 16, 64), 8), (Shape(1, 16, 256), 8), (Shape(3, 4, 80), 8), (Shape(2, 3, 96), 2), (Shape(1, 1, 20), 2),
    (Shape(2, 5, 7), 7), (Shape(2, 16, 33), 1), (Shape(1, 150, 66), 2), (Shape(2, 150, 40), 4), (Shape(1, 8, 512), 1),
    (Shape(2, 7, 200), 200), (Shape(5, 2, 12), 3),
  ].flatMap { shape, groups in
    [false, true].map { NormalizationCase(shape: shape, groups: groups, masked: $0) }
  }

  /// Far from zero mean, so that a one-pass variance would fail.
  var x: [Float] { randomFloats(shape.count, seed: 1, in: 8..<10) }
  var v: [Float] { randomFloats(shape.count, seed: 2) }

  /// About two frames of three count; sample 1 has none that counts.
  var mask: [Float]? {
    guard masked else { return nil }
    var generator = SplitMix64(state: 3)
    return (0..<shape.batch * shape.time).map {
      $0 / shape.time == 1 ? 0 : $0 % shape.time == 0 || UInt.random(in: 0..<3, using: &generator) > 0 ? 1 : 0
    }
  }

  /// The indices of each sample's and group's elements, with whether they count.
  private var groupElements: [[(index: Int, counts: Bool)]] {
    let width = shape.channels / groups
    let mask = self.mask
    return (0..<shape.batch * groups).map { i in
      let (sample, group) = (i / groups, i % groups)
      return (0..<shape.time).flatMap { t in
        (group * width..<(group + 1) * width).map { c in
          let frame = sample * shape.time + t
          return (frame * shape.channels + c, mask.map { $0[frame] != 0 } ?? true)
        }
      }
    }
  }

  struct Expected {
    var mean, normalized, tangent, tangentScale: [Double]
  }

  func expected(x: [Float], v: [Float]) -> Expected {
    let zeros = [Double](repeating: 0, count: shape.count)
    var result = Expected(mean: zeros, normalized: zeros, tangent: zeros, tangentScale: zeros)
    for elements in groupElements {
      let valid = elements.filter(\.counts).map(\.index)
      let count = Double(valid.count)
      let mean = valid.reduce(0) { $0 + Double(x[$1]) } / count
      let variance = valid.reduce(0) { $0 + pow(Double(x[$1]) - mean, 2) } / count
      let rstd = 1 / (variance + Double(Self.epsilon)).squareRoot()
      let vMean = valid.reduce(0) { $0 + Double(v[$1]) } / count
      let productMean = valid.reduce(0) { $0 + (Double(x[$1]) - mean) * rstd * Double(v[$1]) } / count
      for i in valid {
        let y = (Double(x[i]) - mean) * rstd
        result.mean[i] = mean
        result.normalized[i] = y
        result.tangent[i] = rstd * (Double(v[i]) - vMean - y * productMean)
        // Where a variance nearly vanishes, the rounding of x is magnified twice.
        result.tangentScale[i] = rstd * (1 + rstd)
      }
    }
    return result
  }

  /// The arrays of the fused pass, per channel and per sample.
  struct Affine {
    var gamma, beta, scale, shift, residual: [Float]
  }
  var affine: Affine {
    Affine(
      gamma: randomFloats(shape.channels, seed: 4), beta: randomFloats(shape.channels, seed: 5),
      scale: randomFloats(shape.batch * filmStride, seed: 6), shift: randomFloats(shape.batch * filmStride, seed: 7),
      residual: randomFloats(shape.count, seed: 8))
  }
  var filmStride: Int { 2 * shape.channels + 1 }

  func expectedMish(x: [Float], film: Bool, residual: Bool) -> [Double] {
    let a = affine
    let normalized = expected(x: x, v: v).normalized
    return normalized.indices.map { i in
      let c = i % shape.channels
      let f = i / (shape.time * shape.channels) * filmStride + c
      let u = normalized[i] * Double(a.gamma[c]) + Double(a.beta[c])
      var value = u * tanh(log1p(exp(u)))
      if film { value = value * Double(a.scale[f]) + Double(a.shift[f]) }
      return residual ? value + Double(a.residual[i]) : value
    }
  }

  func runMish(on isa: ISA, x: [Float], film: Bool, residual: Bool, groups ranges: [Range<Int>]? = nil) -> [Float] {
    let a = affine
    let mask = self.mask
    var y = [Float](repeating: .nan, count: shape.count)
    isa.run {
      for range in ranges ?? [0..<groups] {
        ck_normalize_mish(
          shape.sizes, groups, Self.epsilon, x, mask, a.gamma, a.beta, film ? a.scale : nil, film ? a.shift : nil,
          filmStride, residual ? a.residual : nil, &y, range.lowerBound, range.upperBound)
      }
    }
    return y
  }
}
