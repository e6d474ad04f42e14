import CSamplerate

/// Band-limited conversion of a mono signal to another rate, block by block (libsamplerate). Belongs to one thread.
public final class Resampler {
  /// How sharp the filter is: its bandwidth is 97, 90 or 80 % of the lower rate's.
  public enum Quality: Sendable {
    case best, medium, fast

    var code: Int32 {
      switch self {
      case .best: Int32(SRC_SINC_BEST_QUALITY)
      case .medium: Int32(SRC_SINC_MEDIUM_QUALITY)
      case .fast: Int32(SRC_SINC_FASTEST)
      }
    }
  }

  private let ratio: Double
  private let state: OpaquePointer
  private var taken = 0
  private var given = 0

  /// - Parameters: rates in Hz; their ratio is at most 256 either way.
  public init(from source: Int, to target: Int, quality: Quality = .best) {
    ratio = Double(target) / Double(source)
    precondition(source > 0 && target > 0 && src_is_valid_ratio(ratio) != 0, "\(source) Hz → \(target) Hz")
    var error: Int32 = 0
    state = src_new(quality.code, 1, &error)
  }

  deinit { src_delete(state) }

  /// Converts what follows what was given before.
  ///
  /// - Parameter isLast: whether the signal ends here: the whole result then has round(samples · ratio) samples.
  public func convert(_ samples: [Float], isLast: Bool) -> [Float] {
    taken += samples.count
    let whole = Int((Double(taken) * ratio).rounded())
    var output = [Float]()
    var used = 0
    samples.withUnsafeBufferPointer { input in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 4096) { block in
        // An empty array has no address; the library wants one even to be told that it is over.
        var nothing: Float = 0
        withUnsafePointer(to: &nothing) { nowhere in
          while true {
            var data = SRC_DATA()
            data.data_in = input.count > used ? input.baseAddress! + used : nowhere
            data.input_frames = input.count - used
            data.data_out = block.baseAddress!
            data.output_frames = block.count
            data.src_ratio = ratio
            data.end_of_input = isLast ? 1 : 0
            let failure = src_process(state, &data)
            precondition(failure == 0, String(cString: src_strerror(failure)))
            used += data.input_frames_used
            output.append(contentsOf: block[..<data.output_frames_gen])
            if data.output_frames_gen == 0 && (used == input.count || data.input_frames_used == 0) { return }
          }
        }
      }
    }
    if isLast {
      // The library may end a sample or two short of, or beyond, the rounded length.
      while given + output.count < whole { output.append(0) }
      if given + output.count > whole { output.removeLast(given + output.count - whole) }
    }
    given += output.count
    return output
  }
}
