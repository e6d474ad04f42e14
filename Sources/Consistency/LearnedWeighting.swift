import Autograd
import Foundation

/// The logarithm w of a loss's weight as a learned function of the noise level (Karras et al. 2024, eq. 21; Lu & Song 2024,
/// section 4.2): with e^w ℓ − w as the loss, e^w becomes 1/E[ℓ] at every noise level, so that all levels count alike.
///
///     w = Σ_k a_k sin(ω_k ln(sigma/sd) + φ_k):  a constant and eight harmonics of a period of 24 in the logarithm.
enum LearnedWeighting {
  /// ln(sigma/sd), which objectives draw.
  static let scalarName = "logSigma"
  /// The a_k, which start at 0: a weight of 1.
  static let parameter = LearnedParameter(name: "weighting", count: 17)

  /// w of every sample, `[B, 1, 1]`.
  static func record<N>(in recording: LossRecording<N>) -> Tensor {
    let graph = recording.graph
    let harmonics = (1...8).map { Float($0) * .pi / 12 }
    let frequencies = graph.constant([0] + harmonics + harmonics, [1, 1, parameter.count])
    let quarter = Float.pi / 2
    let phases = graph.constant(
      [quarter] + [Float](repeating: quarter, count: 8) + [Float](repeating: 0, count: 8), [1, 1, parameter.count])
    let features = (recording.scalar(scalarName) * frequencies + phases).apply(.sin)
    return (features * recording.learned(parameter.name)).sumPerSample()
  }
}
