import Autograd
import Backbone

/// Classifier-free guidance (Ho & Salimans 2022): a denoiser that has also learned what is likely without a condition,
/// because its condition was dropped now and then, is led away from that:
///
///     D_w(x, c) = (1 + w) D(x, c) − w D(x, ∅),
///
/// w 0 or more, 0 being the denoiser itself. ∅ is a condition of zeros, all of it, global and per frame: no observation is
/// exactly that, nor is a frame of speech, which has the one of its phone, or a speaker. What is padding stays so: lengths
/// are not what is dropped.
enum Guidance {
  /// The scalar that holds w.
  static let scalarName = "guidance"
  /// What w is multiplied by for the network's second embedding (Luo et al. 2023, released code).
  static let embeddingScale: Float = 1000
}

extension LossRecording {
  /// The same recording, whose networks are told w.
  ///
  /// - Parameter weight: w, `[B, 1, 1]`.
  func guided(by weight: Tensor) -> LossRecording {
    var recording = self
    recording.conditioning.guidance = weight
    return recording
  }

  /// The same recording with the conditions of some samples dropped.
  ///
  /// - Parameter kept: 1 where they stay, 0 where they become ∅, `[B, 1, 1]`.
  func keepingConditions(_ kept: Tensor) -> LossRecording {
    var recording = self
    recording.conditioning.global = conditioning.global.map { $0 * kept }
    recording.conditioning.frames = conditioning.frames.map { $0 * kept }
    return recording
  }

  /// D_w of the teacher, through which no gradient passes: `[B, T, C]`.
  ///
  /// - Parameter weight: w, `[B, 1, 1]`.
  /// - Precondition: the recording has a teacher.
  func taught(_ x: Tensor, at level: String, guidedBy weight: Tensor) -> Tensor {
    let conditional = taught(x, at: level)
    let unconditional = keepingConditions(weight * 0).taught(x, at: level)
    return conditional + (conditional - unconditional) * weight
  }
}
