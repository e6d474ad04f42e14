import Autograd
import Consistency

/// EDM training of an affine denoiser on numbers drawn from N(mean, 1), where everything is known in closed form.
enum GaussianTask {
  static let sigmaData = 1.0

  /// - Parameters:
  ///   - logDeviation: of the noise levels, whose median is 1.
  ///   - deviation: of the data, which the parameterisation always takes for 1.
  static func make(
    mean: Float, deviation: Float = 1, logDeviation: Double, count: Int, heldOutCount: Int
  ) throws -> DenoisingTask<AffineNetwork> {
    var configuration = EDMObjective.Configuration()
    configuration.units = .data
    configuration.logMean = 0
    configuration.logDeviation = logDeviation
    let objective = try EDMObjective(configuration, sigmaData: sigmaData)
    var layout = ParameterLayout()
    let network = AffineNetwork(in: &layout)
    func draw(_ count: Int, seed: UInt64) -> [Float] { normalNumbers(count, seed: seed).map { mean + deviation * $0 } }
    let method = TrainingMethod(
      objective: objective, student: Parameterisation(Preconditioning(sigmaData: sigmaData)), in: &layout)
    return DenoisingTask(
      layout: layout, network: network, method: method, shape: [1, 1],
      training: draw(count, seed: 1), heldOut: draw(heldOutCount, seed: 2))
  }
}
