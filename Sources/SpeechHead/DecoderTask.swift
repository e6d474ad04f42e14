import Adapters
import Autograd
import Backbone
import Consistency

/// Training of the decoder on stretches of aligned utterances: the normalised mel less its refined mean is the data, the
/// frames' conditions and the speaker are what it is conditioned on.
public struct DecoderTask: TrainingTask {
  public let layout: ParameterLayout
  public let trainedParameters: Range<Int>
  private let decoder: TemporalUNet
  private let adapters: LowRankAdapters?
  private let stretches: TrainingStretches
  private let speakerCount: Int
  private let method: TrainingMethod
  private let training: [AlignedUtterance]
  private let heldOut: [AlignedUtterance]

  /// - Parameters:
  ///   - objective: made from `description.objective`.
  ///   - teacher: the teacher's parameterisation, where the objective needs one.
  ///   - cropLength: frames of a stretch, a multiple of the decoder's `timeMultiple`. Shorter utterances are padded.
  /// - Throws: `SpeechError.badSetting` for impossible mel bands.
  public init(
    _ description: VoiceDescription, objective: any Objective, teacher: Parameterisation?,
    training: [AlignedUtterance], heldOut: [AlignedUtterance], cropLength: Int
  ) throws(SpeechError) {
    decoder = description.plainLayout().network
    let parameters = description.adaptedLayout()
    adapters = parameters.adapters
    var layout = parameters.layout
    method = TrainingMethod(
      objective: objective, student: description.parameterisation, teacher: teacher, in: &layout)
    // The decoder's parameters are the model's last; behind them lie those of adapters, and what the loss learns for itself.
    trainedParameters = (adapters?.parameters ?? decoder.parameters).lowerBound..<layout.count
    self.layout = layout
    stretches = TrainingStretches(conditions: try FrameConditions(description), mean: .refined, length: cropLength)
    speakerCount = description.speakers.count
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
    let mask = stretches.mask(in: graph, batch: batch)
    let conditioning = Conditioning(
      global: graph.input("speaker", [batch, 1, speakerCount]), frames: stretches.conditions(in: graph, batch: batch),
      mask: mask)
    let loss = method.loss(
      of: decoder, data: stretches.data(in: graph, batch: batch), conditioning: conditioning, validity: mask,
      training: training, in: graph)
    return RecordedLoss(graph, loss: loss)
  }

  /// Where a plan's inputs lie.
  public struct Ports: @unchecked Sendable {
    let stretch: TrainingStretches.Ports
    let speaker: UnsafeMutableBufferPointer<Float>
    let method: TrainingPorts
  }

  public func ports(in plan: Plan) -> Ports {
    Ports(stretch: TrainingStretches.Ports(plan), speaker: plan.input("speaker"), method: method.ports(in: plan))
  }

  public func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
    let aligned = (heldOut ? self.heldOut : training)[example]
    stretches.fill(ports.stretch, row: row, with: aligned, key: key)
    for speaker in 0..<speakerCount {
      ports.speaker[row * speakerCount + speaker] = speaker == aligned.utterance.speaker ? 1 : 0
    }
    method.fill(ports.method, row: row, key: key, progress: progress)
  }
}
