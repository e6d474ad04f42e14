import Autograd

/// How far two outputs of a denoiser are apart: what distillation and consistency losses minimise.
public enum Distance: String, Sendable, Hashable, Codable, CaseIterable {
  /// The mean of e² over valid elements.
  case meanSquare
  /// The mean of |e| over valid elements.
  case meanAbsolute
  /// √(‖e‖² + c²) − c over whole examples (Song & Dhariwal 2023, section 3.3).
  case pseudoHuber
  /// Σ over k = 1, 2, 4, 8 of mean |P_k e| + mean |Δ P_k e|, P_k the mean over k neighbouring frames and Δ the difference
  /// of consecutive ones: errors that last, and errors of motion, at several time scales; for sequences what a perceptual
  /// distance is for images (LPIPS in Song et al. 2023).
  case multiResolution

  /// Whether it grows as an error's square; the others grow as its size.
  var isSquare: Bool { self == .meanSquare }
}

extension LossRecording {
  /// A distance between two outputs, from their difference: `[B, T, C]` → `[B, 1, 1]`.
  ///
  /// - Parameter huberConstant: c / √D of the pseudo-Huber distance, positive.
  public func distance(_ e: Tensor, _ distance: Distance, huberConstant: Double) -> Tensor {
    switch distance {
    case .meanSquare: meanSquare(e)
    case .meanAbsolute: meanAbsolute(e)
    case .pseudoHuber: pseudoHuber(e, constant: huberConstant)
    case .multiResolution: multiResolution(e)
    }
  }

  /// Mean of |e| over the valid elements of each example: `[B, T, C]` → `[B, 1, 1]`.
  public func meanAbsolute(_ e: Tensor) -> Tensor {
    let magnitudes = Self.magnitude(e)
    guard let validity else { return magnitudes.sumPerSample() * (1 / Float(e.shape[1] * e.shape[2])) }
    let elements = validity.sumPerSample() * Float(e.shape[2])
    return (magnitudes * validity).sumPerSample() * elements.reciprocal()
  }

  /// See `Distance.multiResolution`; padding counts as 0, and as many elements as there are valid ones are averaged over.
  /// A scale that is longer than the sequence is left out.
  public func multiResolution(_ e: Tensor) -> Tensor {
    let error = validity.map { e * $0 } ?? e
    let (length, channels) = (e.shape[1], e.shape[2])
    let inverseShare = validity.map { $0.sumPerSample().reciprocal() * Float(length) }
    func mean(_ x: Tensor) -> Tensor {
      let sum = Self.magnitude(x).sumPerSample() * (1 / Float(x.shape[1] * channels))
      return inverseShare.map { sum * $0 } ?? sum
    }
    var total: Tensor?
    for scale in [1, 2, 4, 8] where scale <= length {
      let pooled =
        scale == 1
        ? error
        : error.convolution(
          timeWeight([Float](repeating: 1 / Float(scale), count: scale), channels), Window(stride: scale))
      var terms = mean(pooled)
      if pooled.shape[1] > 1 { terms = terms + mean(pooled.convolution(timeWeight([-1, 1], channels))) }
      total = total.map { $0 + terms } ?? terms
    }
    return total!
  }

  /// |x|, rounded within 10⁻⁶ of 0, where it has no derivative.
  private static func magnitude(_ x: Tensor) -> Tensor { (x.squared() + 1e-12).squareRoot() }

  /// A convolution's weight that applies the same taps to every channel by itself: `[taps, C, C]`.
  private func timeWeight(_ taps: [Float], _ channels: Int) -> Tensor {
    var values = [Float](repeating: 0, count: taps.count * channels * channels)
    for (tap, value) in taps.enumerated() {
      for channel in 0..<channels { values[(tap * channels + channel) * channels + channel] = value }
    }
    return graph.constant(values, [taps.count, channels, channels])
  }
}
