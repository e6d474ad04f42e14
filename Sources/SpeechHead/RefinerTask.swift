import Autograd
import Consistency

/// Training of the mean's refiner on stretches of aligned utterances: the least squared distance to the normalised mel.
public struct RefinerTask: TrainingTask {
  public let layout: ParameterLayout
  public let trainedParameters: Range<Int>
  private let refiner: MeanRefiner
  private let stretches: TrainingStretches
  private let training: [AlignedUtterance]
  private let heldOut: [AlignedUtterance]

  /// - Parameter cropLength: frames of a stretch, positive. Shorter utterances are padded.
  /// - Throws: `SpeechError.badSetting` for impossible mel bands.
  public init(
    _ description: VoiceDescription, training: [AlignedUtterance], heldOut: [AlignedUtterance], cropLength: Int
  ) throws(SpeechError) {
    let model = description.model
    layout = model.layout
    trainedParameters = model.refinerParameters
    refiner = model.refiner
    stretches = TrainingStretches(conditions: try FrameConditions(description), mean: .states, length: cropLength)
    self.training = training
    self.heldOut = heldOut
  }

  public var exampleCount: Int { training.count }
  public var heldOutCount: Int { heldOut.count }
  public var usesTeacher: Bool { false }

  public func record(batch: Int, training: Bool) -> RecordedLoss {
    let graph = Graph()
    let mask = stretches.mask(in: graph, batch: batch)
    let refinement = refiner(
      stretches.conditions(in: graph, batch: batch), mask: mask,
      dropoutKeys: training ? graph.input("dropout.keys", [batch, 1, 4]) : nil)
    let distance = (refinement - stretches.data(in: graph, batch: batch)).squared() * mask
    let elements = mask.sumPerSample() * Float(refiner.configuration.bands)
    return RecordedLoss(graph, loss: (distance.sumPerSample() * elements.reciprocal()).mean())
  }

  /// Where a plan's inputs lie.
  public struct Ports: @unchecked Sendable {
    let stretch: TrainingStretches.Ports
    let dropoutKeys: UnsafeMutableBufferPointer<Float>?
  }

  public func ports(in plan: Plan) -> Ports {
    Ports(
      stretch: TrainingStretches.Ports(plan),
      dropoutKeys: plan.reads("dropout.keys") ? plan.input("dropout.keys") : nil)
  }

  public func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
    stretches.fill(ports.stretch, row: row, with: (heldOut ? self.heldOut : training)[example], key: key)
    if let dropoutKeys = ports.dropoutKeys {
      key.fillDropoutKeys(UnsafeMutableBufferPointer(rebasing: dropoutKeys[row * 4..<row * 4 + 4]))
    }
  }
}
