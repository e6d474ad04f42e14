import Adapters
import Autograd
import Backbone
import Consistency

/// Training windows, wherever they come from: normalised observations, and as samples normalised actions or their latents, by
/// number.
public struct PolicyExamples: Sendable {
  public let count: Int
  /// Fills observations `[observationSteps × observation]` and the sample `[length × channels]` of one window.
  public let fill:
    @Sendable (
      _ index: Int, _ observations: UnsafeMutableBufferPointer<Float>, _ sample: UnsafeMutableBufferPointer<Float>
    ) -> Void

  public init(
    count: Int,
    fill: @escaping @Sendable (Int, UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    self.count = count
    self.fill = fill
  }
}

/// Training of a policy: action windows or their latents as data, flattened observations as the global condition.
public struct PolicyTask: TrainingTask {
  public let layout: ParameterLayout
  public let trainedParameters: Range<Int>
  private let network: TemporalUNet
  private let adapters: LowRankAdapters?
  private let length: Int
  private let method: TrainingMethod
  private let training: PolicyExamples
  private let heldOut: PolicyExamples

  /// - Parameters:
  ///   - objective: made from `description.objective`.
  ///   - teacher: the teacher's parameterisation, where the objective needs one.
  public init(
    _ description: PolicyDescription, objective: any Objective, teacher: Parameterisation?, training: PolicyExamples,
    heldOut: PolicyExamples
  ) {
    network = description.plainLayout().network
    let parameters = description.adaptedLayout()
    adapters = parameters.adapters
    var layout = parameters.layout
    method = TrainingMethod(
      objective: objective, student: description.parameterisation, teacher: teacher, in: &layout)
    self.layout = layout
    // With adapters what they add, and what the loss learns for itself behind them.
    trainedParameters = (adapters?.parameters.lowerBound ?? 0)..<layout.count
    length = description.sampleLength
    self.training = training
    self.heldOut = heldOut
  }

  public var exampleCount: Int { training.count }
  public var heldOutCount: Int { heldOut.count }
  public var usesTeacher: Bool { method.objective.needsTeacher }
  public var usesTarget: Bool { method.objective.usesTarget }
  public func targetDecay(progress: Double) -> Double { method.objective.targetDecay(progress: progress) }

  public func record(batch: Int, training: Bool) -> RecordedLoss {
    let graph = Graph()
    graph.adapters = adapters?.graphAdapters
    let configuration = network.configuration
    let samples = graph.input("samples", [batch, length, configuration.channels])
    let observations = graph.input("observations", [batch, 1, configuration.globalCondition])
    let loss = method.loss(
      of: network, data: samples, conditioning: Conditioning(global: observations), training: training, in: graph)
    return RecordedLoss(graph, loss: loss)
  }

  /// Where a plan's observations and samples lie, and what the method reads.
  public struct Ports: @unchecked Sendable {
    let observations: UnsafeMutableBufferPointer<Float>
    let samples: UnsafeMutableBufferPointer<Float>
    let method: TrainingPorts
  }

  public func ports(in plan: Plan) -> Ports {
    Ports(observations: plan.input("observations"), samples: plan.input("samples"), method: method.ports(in: plan))
  }

  public func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
    let (observationCount, sampleCount) = (
      network.configuration.globalCondition, length * network.configuration.channels
    )
    (heldOut ? self.heldOut : training).fill(
      example,
      UnsafeMutableBufferPointer(
        rebasing: ports.observations[row * observationCount..<(row + 1) * observationCount]),
      UnsafeMutableBufferPointer(rebasing: ports.samples[row * sampleCount..<(row + 1) * sampleCount]))
    method.fill(ports.method, row: row, key: key, progress: progress)
  }
}
