import Autograd
import Consistency

/// Stretches of aligned utterances as the rows of a training batch: the normalised mel less a mean is the data.
package struct TrainingStretches: Sendable {
  /// The mean that the data are taken from.
  enum Mean: Sendable {
    /// The encoder's, a step per state: what the refiner starts from.
    case states
    /// The refiner's.
    case refined
  }

  let conditions: FrameConditions
  let mean: Mean
  /// Frames of a row; shorter utterances are padded.
  let length: Int

  /// Where a plan's inputs lie.
  struct Ports: @unchecked Sendable {
    /// `[B, length, bands]`, `[B, length, conditions]`, `[B, length, 1]`
    let data, conditions, mask: UnsafeMutableBufferPointer<Float>

    init(_ plan: Plan) {
      data = plan.input("data")
      conditions = plan.input("conditions")
      mask = plan.input("mask")
    }
  }

  func data(in graph: Graph, batch: Int) -> Tensor { graph.input("data", [batch, length, conditions.bands]) }
  func conditions(in graph: Graph, batch: Int) -> Tensor {
    graph.input("conditions", [batch, length, conditions.count])
  }
  func mask(in graph: Graph, batch: Int) -> Tensor { graph.input("mask", [batch, length, 1]) }

  /// Fills a row with a stretch that the key decides.
  func fill(_ ports: Ports, row: Int, with aligned: AlignedUtterance, key: SampleKey) {
    let bands = conditions.bands
    var random = key.random(.crop)
    let range = Self.crop(of: aligned.utterance.frameCount(bands: bands), length: length, using: &random)
    let rows = ports.conditions.baseAddress! + row * length * conditions.count
    let data = ports.data.baseAddress! + row * length * bands
    (rows + range.count * conditions.count).update(repeating: 0, count: (length - range.count) * conditions.count)
    (data + range.count * bands).update(repeating: 0, count: (length - range.count) * bands)
    conditions.fill(
      rows, frames: range, of: aligned.encoded, durations: aligned.durations, pitch: aligned.utterance.pitch,
      energy: conditions.energy(of: aligned.utterance), speaker: aligned.utterance.speaker)
    aligned.utterance.mel.withUnsafeBufferPointer { mel in
      aligned.means.withUnsafeBufferPointer { means in
        for (index, frame) in range.enumerated() {
          // A row of conditions begins with the mean.
          let row = rows + index * conditions.count
          if mean == .refined { row.update(from: means.baseAddress! + frame * bands, count: bands) }
          for band in 0..<bands { data[index * bands + band] = mel[frame * bands + band] - row[band] }
        }
      }
    }
    for index in 0..<length { ports.mask[row * length + index] = index < range.count ? 1 : 0 }
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
