import Autograd
import Backbone
import Consistency

/// Training of the decoder on stretches of aligned utterances: the normalised mel less the encoder's mean is the data,
/// the frames' conditions and the speaker are what it is conditioned on.
public struct DecoderTask: TrainingTask {
  public let layout: ParameterLayout
  public let trainedParameters: Range<Int>
  private let decoder: TemporalUNet
  private let conditions: FrameConditions
  private let speakerCount: Int
  private let method: TrainingMethod
  private let training: [AlignedUtterance]
  private let heldOut: [AlignedUtterance]
  private let cropLength: Int

  /// - Parameters:
  ///   - objective: made from `description.objective`.
  ///   - teacher: the teacher's parameterisation, where the objective needs one.
  ///   - cropLength: frames of a stretch, a multiple of the decoder's `timeMultiple`. Shorter utterances are padded.
  /// - Throws: `SpeechError.badSetting` for impossible mel bands.
  public init(
    _ description: VoiceDescription, objective: any Objective, teacher: Parameterisation?,
    training: [AlignedUtterance], heldOut: [AlignedUtterance], cropLength: Int
  ) throws(SpeechError) {
    let model = AcousticModel(encoder: description.encoder, decoder: description.decoder)
    layout = model.layout
    trainedParameters = model.decoderParameters
    decoder = model.decoder
    conditions = try FrameConditions(description)
    speakerCount = description.speakers.count
    method = TrainingMethod(objective: objective, student: description.parameterisation, teacher: teacher)
    self.training = training
    self.heldOut = heldOut
    self.cropLength = cropLength
  }

  public var exampleCount: Int { training.count }
  public var heldOutCount: Int { heldOut.count }
  public var usesTeacher: Bool { method.objective.needsTeacher }
  public var targetDecay: Double { method.objective.targetDecay }

  public func record(batch: Int, training: Bool) -> RecordedLoss {
    let graph = Graph()
    let mask = graph.input("mask", [batch, cropLength, 1])
    let conditioning = Conditioning(
      global: graph.input("speaker", [batch, 1, speakerCount]),
      frames: graph.input("conditions", [batch, cropLength, conditions.count]), mask: mask)
    let loss = method.loss(
      of: decoder, data: graph.input("data", [batch, cropLength, conditions.bands]), conditioning: conditioning,
      validity: mask, training: training, in: graph)
    return RecordedLoss(graph, loss: loss)
  }

  /// Where a plan's inputs lie.
  public struct Ports: @unchecked Sendable {
    let data, conditions, mask, speaker: UnsafeMutableBufferPointer<Float>
    let method: TrainingPorts
  }

  public func ports(in plan: Plan) -> Ports {
    Ports(
      data: plan.input("data"), conditions: plan.input("conditions"), mask: plan.input("mask"),
      speaker: plan.input("speaker"), method: method.ports(in: plan))
  }

  public func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
    let aligned = (heldOut ? self.heldOut : training)[example]
    let bands = conditions.bands
    var random = key.random(.crop)
    let range = Self.crop(
      of: aligned.utterance.frameCount(bands: bands), length: cropLength, using: &random)
    let rows = ports.conditions.baseAddress! + row * cropLength * conditions.count
    let data = ports.data.baseAddress! + row * cropLength * bands
    (rows + range.count * conditions.count).update(
      repeating: 0, count: (cropLength - range.count) * conditions.count)
    (data + range.count * bands).update(repeating: 0, count: (cropLength - range.count) * bands)
    conditions.fill(
      rows, frames: range, of: aligned.encoded, durations: aligned.durations, pitch: aligned.utterance.pitch,
      speaker: aligned.utterance.speaker)
    aligned.utterance.mel.withUnsafeBufferPointer { mel in
      for (index, frame) in range.enumerated() {
        for band in 0..<bands {
          // A row of conditions begins with the mean.
          data[index * bands + band] = mel[frame * bands + band] - rows[index * conditions.count + band]
        }
      }
    }
    for index in 0..<cropLength { ports.mask[row * cropLength + index] = index < range.count ? 1 : 0 }
    for speaker in 0..<speakerCount {
      ports.speaker[row * speakerCount + speaker] = speaker == aligned.utterance.speaker ? 1 : 0
    }
    method.fill(ports.method, row: row, key: key, progress: progress)
  }

  /// A stretch of an utterance: mostly as long as can be, sometimes as short as a word, so that short inputs are not
  /// strange to a network whose normalisation runs over time.
  package static func crop(of frames: Int, length: Int, using random: inout Philox) -> Range<Int> {
    var count = min(frames, length)
    let shortest = min(count, 24)
    if random.uniform() < 0.25 { count = shortest + Int(random.uniform() * Double(count - shortest + 1)) }
    let start = Int(random.uniform() * Double(frames - count + 1))
    return start..<start + count
  }
}
