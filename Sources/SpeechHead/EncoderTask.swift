import Autograd
import Consistency
import Foundation

/// Training of the phoneme encoder: likely spectra for the frames that monotonic alignment gives to every state (Popov
/// et al. 2021, "Grad-TTS", equations 11 to 13), likely durations, the pitch, and the energy if that is told.
///
/// Durations d are learnt by the deviance of the gamma distribution, d/m − ln(d/m) − 1, which is ½ (ln d − ln m)² to
/// second order but is least where m is the *mean* of d. The squared logarithms of Grad-TTS (equation 14) make m the
/// geometric mean, and a voice that hurries by what durations vary.
///
/// The loss is written over states, not frames: Σ_t (y_t − mu)² over a state's n frames of mean ȳ is
/// n (ȳ − mu)² + Σ_t (y_t − ȳ)², whose last term no parameter changes.
public struct EncoderTask: TrainingTask {
  public let layout: ParameterLayout
  public let trainedParameters: Range<Int>
  private let encoder: PhonemeEncoder
  private let features: PhonemeFeatures
  private let training: [SpeechUtterance]
  private let heldOut: [SpeechUtterance]
  /// Tokens that every row has room for.
  private let tokenCapacity: Int
  private let flatStart: Double

  /// - Parameters:
  ///   - flatStart: the share of the training, 0 … 1, in which frames are dealt out evenly: a search among means that
  ///     are still all alike would find anything.
  /// - Precondition: no utterance has fewer frames than states.
  public init(
    _ model: AcousticModel, features: PhonemeFeatures, training: [SpeechUtterance], heldOut: [SpeechUtterance],
    flatStart: Double = 0.02
  ) {
    layout = model.layout
    trainedParameters = model.encoderParameters
    encoder = model.encoder
    self.features = features
    self.training = training
    self.heldOut = heldOut
    self.flatStart = flatStart
    tokenCapacity = (training + heldOut).map(\.tokens.count).max() ?? 1
    let (states, bands) = (encoder.configuration.states, encoder.configuration.bands)
    for utterance in training + heldOut {
      precondition(
        utterance.frameCount(bands: bands) >= utterance.tokens.count * states,
        "\(utterance.name): \(utterance.frameCount(bands: bands)) frames for \(utterance.tokens.count) tokens")
    }
  }

  public var exampleCount: Int { training.count }
  public var heldOutCount: Int { heldOut.count }
  public var usesTeacher: Bool { false }

  public func record(batch: Int, training: Bool) -> RecordedLoss {
    let graph = Graph()
    let (states, bands) = (encoder.configuration.states, encoder.configuration.bands)
    let mask = graph.input("mask", [batch, tokenCapacity, 1])
    let output = encoder(
      graph.input("features", [batch, tokenCapacity, features.count]), mask: mask,
      dropoutKeys: training ? graph.input("dropout.keys", [batch, 1, 4]) : nil)
    // Of each state: its share of the frames; the mean of them.
    let shares = graph.input("shares", [batch, tokenCapacity, states])
    let frames = graph.input("frames", [batch, tokenCapacity, states * bands])
    let error = (output.means - frames).squared()
    var loss = graph.input("spread", [batch, 1, 1])
    for state in 0..<states {
      let distance = error.channels(state * bands..<(state + 1) * bands) * shares.channels(state..<state + 1)
      loss = loss + distance.sumPerSample() * (1 / Float(bands))
    }
    let lengths = graph.input("logDurations", [batch, tokenCapacity, states])
    let weights = graph.input("durationWeight", [batch, 1, 1])
    let ratio = lengths - output.logDurations
    loss = loss + ((ratio.apply(.exp) - ratio - 1) * mask).sumPerSample() * weights
    let voicing = graph.input("voicing", [batch, tokenCapacity, states])
    let distance = (output.pitch - graph.input("pitch", [batch, tokenCapacity, states])).squared() * voicing
    loss = loss + (((output.voicing - voicing).squared() + distance) * mask).sumPerSample() * weights
    if let energy = output.energy {
      let distance = (energy - graph.input("energy", [batch, tokenCapacity, states])).squared()
      loss = loss + (distance * mask).sumPerSample() * weights
    }
    return RecordedLoss(graph, loss: loss.mean(), midway: ["means": output.means])
  }

  /// Where a plan's inputs lie, which utterances its rows hold, and the work space of their alignment.
  public final class Ports: @unchecked Sendable {
    struct Row {
      var example = 0
      var heldOut = false
      var isFlat = false
    }

    let features, mask, shares, frames, spread, logDurations, durationWeight, voicing,
      pitch: UnsafeMutableBufferPointer<Float>
    let energy, dropoutKeys: UnsafeMutableBufferPointer<Float>?
    let means: UnsafeBufferPointer<Float>
    var rows: [Row]
    var search = MonotonicAlignment()

    init(_ plan: Plan) {
      features = plan.input("features")
      mask = plan.input("mask")
      shares = plan.input("shares")
      frames = plan.input("frames")
      spread = plan.input("spread")
      logDurations = plan.input("logDurations")
      durationWeight = plan.input("durationWeight")
      voicing = plan.input("voicing")
      pitch = plan.input("pitch")
      energy = plan.reads("energy") ? plan.input("energy") : nil
      dropoutKeys = plan.reads("dropout.keys") ? plan.input("dropout.keys") : nil
      means = plan.output("means")
      rows = [Row](repeating: Row(), count: spread.count)
    }
  }

  public func ports(in plan: Plan) -> Ports { Ports(plan) }

  public func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
    ports.rows[row] = Ports.Row(example: example, heldOut: heldOut, isFlat: progress < flatStart)
    let utterance = (heldOut ? self.heldOut : training)[example]
    let size = tokenCapacity * features.count
    features.fill(
      UnsafeMutableBufferPointer(rebasing: ports.features[row * size..<(row + 1) * size]), tokens: utterance.tokens,
      speaker: utterance.speaker)
    for token in 0..<tokenCapacity { ports.mask[row * tokenCapacity + token] = token < utterance.tokens.count ? 1 : 0 }
    if let dropoutKeys = ports.dropoutKeys {
      key.fillDropoutKeys(UnsafeMutableBufferPointer(rebasing: dropoutKeys[row * 4..<row * 4 + 4]))
    }
  }

  public func fillMidway(_ ports: Ports) {
    for row in ports.rows.indices { align(row, ports) }
  }

  private func align(_ row: Int, _ ports: Ports) {
    let (states, bands) = (encoder.configuration.states, encoder.configuration.bands)
    let slot = ports.rows[row]
    let utterance = (slot.heldOut ? heldOut : training)[slot.example]
    let count = utterance.tokens.count * states
    let frameCount = utterance.frameCount(bands: bands)
    let first = row * tokenCapacity * states
    let frames = ports.frames.baseAddress! + first * bands
    for i in 0..<tokenCapacity * states {
      ports.shares[first + i] = 0
      ports.logDurations[first + i] = 0
      ports.voicing[first + i] = 0
      ports.pitch[first + i] = 0
      ports.energy?[first + i] = 0
    }
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { durations in
      utterance.mel.withUnsafeBufferPointer { mel in
        if slot.isFlat {
          for i in 0..<count { durations[i] = Int32((i + 1) * frameCount / count - i * frameCount / count) }
        } else {
          ports.search(
            means: UnsafeBufferPointer(rebasing: ports.means[first * bands..<(first + count) * bands]), frames: mel,
            bands: bands, durations: durations)
        }
        var frame = 0
        var spread = 0.0
        for state in 0..<count {
          let length = Int(durations[state])
          ports.shares[first + state] = Float(length) / Float(frameCount)
          ports.logDurations[first + state] = Float(log(Double(length)))
          spread += Self.summarise(
            mel.baseAddress! + frame * bands, count: length, bands: bands, mean: frames + state * bands)
          let voiced = utterance.pitch[frame..<frame + length].filter { $0 != 0 }
          ports.voicing[first + state] = Float(voiced.count) / Float(length)
          if !voiced.isEmpty { ports.pitch[first + state] = voiced.reduce(0, +) / Float(voiced.count) }
          if let energy = ports.energy {
            energy[first + state] = (0..<bands).reduce(0) { $0 + frames[state * bands + $1] } / Float(bands)
          }
          frame += length
        }
        ports.spread[row] = Float(spread / Double(frameCount * bands))
      }
    }
    for i in count * bands..<tokenCapacity * states * bands { frames[i] = 0 }
    ports.durationWeight[row] = 1 / Float(count)
  }

  /// The mean of some frames.
  ///
  /// - Returns: the sum of their squared distances from it.
  private static func summarise(
    _ frames: UnsafePointer<Float>, count: Int, bands: Int, mean: UnsafeMutablePointer<Float>
  ) -> Double {
    for band in 0..<bands { mean[band] = 0 }
    for frame in 0..<count {
      for band in 0..<bands { mean[band] += frames[frame * bands + band] }
    }
    for band in 0..<bands { mean[band] /= Float(count) }
    var squares: Float = 0
    for frame in 0..<count {
      for band in 0..<bands {
        let difference = frames[frame * bands + band] - mean[band]
        squares += difference * difference
      }
    }
    return Double(squares)
  }
}
