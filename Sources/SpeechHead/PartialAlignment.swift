import Foundation

/// The alignment of a text with a recording of which something is missing.
///
/// What is known decides by `MonotonicAlignment`, frames of a gap having no say. The states that fall into a gap then share
/// it as their expected durations ask.
struct PartialAlignment {
  private var search = MonotonicAlignment()

  /// - Parameters:
  ///   - mel: normalised, `[frames, bands]`.
  ///   - expected: frames of every state, as the encoder expects them.
  /// - Returns: frames of every state; their sum is that of the mel.
  /// - Throws: `SpeechError.badSetting` for a recording that is too short for the text.
  mutating func durations(
    _ encoded: EncodedUtterance, mel: [Float], missing: MissingMel, expected: [Int32]
  ) throws(SpeechError) -> [Int32] {
    let states = expected.count
    guard missing.frames >= states else {
      throw .badSetting(
        "the text's \(states) parts of phones do not fit into the recording's \(missing.frames) frames; "
          + "give the text of this recording alone")
    }
    let limit = missing.bandLimit
    func known(_ rows: [Float]) -> [Float] {
      (0..<rows.count / missing.bands).flatMap { rows[$0 * missing.bands..<$0 * missing.bands + limit] }
    }
    let weights = (0..<missing.frames).map { missing.contains(frame: $0) ? Float(0) : 1 }
    var durations = [Int32](repeating: 0, count: states)
    known(encoded.means).withUnsafeBufferPointer { means in
      known(mel).withUnsafeBufferPointer { frames in
        weights.withUnsafeBufferPointer { weights in
          durations.withUnsafeMutableBufferPointer {
            _ = search(means: means, frames: frames, bands: limit, weights: weights, durations: $0)
          }
        }
      }
    }
    for gap in missing.gaps { Self.share(gap, among: &durations, expected: expected) }
    return durations
  }

  /// Shares a gap among the states that an alignment has in it.
  ///
  /// - Parameter durations: of all states; changed for those that have frames in the gap.
  static func share(_ gap: Range<Int>, among durations: inout [Int32], expected: [Int32]) {
    // The states of the frames on both sides may reach into the gap, those between them lie in it.
    var inside: [(state: Int, outside: Int, count: Int)] = []
    var start = 0
    for (state, duration) in durations.enumerated() {
      let range = start..<start + Int(duration)
      start = range.upperBound
      let overlap = range.clamped(to: gap).count
      let touches = range.lowerBound <= gap.upperBound && range.upperBound >= gap.lowerBound
      if touches { inside.append((state, range.count - overlap, overlap)) }
    }
    guard inside.count > 1 else { return }
    // Each has at least one frame in all.
    let least = inside.map { $0.outside > 0 ? 0 : 1 }
    let wishes = inside.enumerated().map { max(0.05, Double(expected[$1.state]) - Double($1.outside + least[$0])) }
    let free = gap.count - least.reduce(0, +)
    let total = wishes.reduce(0, +)
    var (given, wished) = (0, 0.0)
    for (index, part) in inside.enumerated() {
      wished += wishes[index]
      let next = Int((Double(free) * wished / total).rounded())
      durations[part.state] = Int32(part.outside + least[index] + next - given)
      given = next
    }
  }
}
