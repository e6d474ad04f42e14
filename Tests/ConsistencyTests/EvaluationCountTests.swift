import Autograd
import Backbone
import Consistency
import Testing

/// F(x) = weight ∗ (x + shift + condition): one forward pass is one convolution, one derivative along a direction another, and training it
/// one by the input (which the shift needs) and one by the weight.
private struct ConvolutionNetwork: Network {
  let embedsTarget: Bool
  private let weight: Parameter
  private let shift: Parameter

  init(embedsTarget: Bool) {
    var layout = ParameterLayout()
    weight = layout.add("weight", [1, 1, 1], kind: .convolution, .zeros)
    shift = layout.add("shift", [1, 1, 1], kind: .vector, .zeros)
    self.embedsTarget = embedsTarget
  }

  func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor {
    (x + x.parameter(shift) + conditioning.global!).convolution(x.parameter(weight))
  }
}

/// What objectives say a training step costs is what their recorded loss and its gradient do.
struct EvaluationCountTests {
  /// Convolutions and their adjoints that loss and gradient need.
  private func count(_ configuration: ObjectiveConfiguration) throws -> Int {
    let objective = try configuration.objective(sigmaData: 0.5)
    var random = seeded(1)
    var layout = ParameterLayout()
    let learned = Dictionary(
      uniqueKeysWithValues: objective.learned.map {
        ($0.name, layout.add($0.name, [1, 1, $0.count], kind: .vector, .zeros))
      })
    let batch = LossBatch(
      objective, ConvolutionNetwork(embedsTarget: type(of: objective).secondEmbedding != nil), sigmaData: 0.5,
      rows: [(objective.draw(progress: 0.5, using: &random), [0.3], [-0.8])], conditions: [1], learned: learned)
    let gradients = batch.graph.gradient(of: batch.loss.mean())
    var reached: Set<Int> = []
    var open = [batch.loss.id] + gradients.map(\.gradient.id)
    while let node = open.popLast() {
      guard reached.insert(node).inserted else { continue }
      open += batch.graph.nodes[node].operation.operands
    }
    return reached.count { node in
      switch batch.graph.nodes[node].operation.kind {
      case .convolution, .transposedConvolution, .kernelGradient: true
      default: false
      }
    }
  }

  @Test(arguments: ObjectiveConfiguration.Method.allCases)
  func aStepCostsWhatTheObjectiveSays(method: ObjectiveConfiguration.Method) throws {
    let configuration = ObjectiveConfiguration(method)
    #expect(try count(configuration) == configuration.objective(sigmaData: 0.5).evaluationsPerStep)
  }

  @Test func settingsChangeThePrice() throws {
    var cd = ConsistencyDistillation.Configuration()
    cd.solver = .euler
    var coarse = ConsistencyDistillation.Configuration()
    coarse.teacherSteps = 3
    var pcm = PhasedConsistencyModel.Configuration()
    pcm.solver = .euler
    var sct = ContinuousTimeConsistency.Configuration()
    sct.variant = .training
    var scd = sct
    scd.variant = .distillation
    var ctm = ConsistencyTrajectoryModel.Configuration()
    ctm.solver = .euler
    var plain = ConsistencyTrajectoryModel.Configuration()
    plain.dsmWeight = 0
    var long = ConsistencyTrajectoryModel.Configuration()
    long.largestStep = 3
    var lcm = LatentConsistencyModel.Configuration()
    lcm.solver = .heun
    for (configuration, price) in [
      (ObjectiveConfiguration(cd), 5), (ObjectiveConfiguration(coarse), 10), (ObjectiveConfiguration(pcm), 5),
      (ObjectiveConfiguration(sct), 4),
      (ObjectiveConfiguration(scd), 5), (ObjectiveConfiguration(ctm), 11), (ObjectiveConfiguration(plain), 9),
      (ObjectiveConfiguration(long), 16),
      (ObjectiveConfiguration(lcm), 8),
    ] {
      #expect(try configuration.objective(sigmaData: 0.5).evaluationsPerStep == price, "\(configuration)")
      #expect(try count(configuration) == price, "\(configuration)")
    }
  }
}
