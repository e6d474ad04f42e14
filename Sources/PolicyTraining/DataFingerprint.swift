import Datasets
import Training

/// What a run's checkpoint remembers of its data, so that a resumed run goes on with the same.
struct DataFingerprint: Codable {
  /// Windows that are trained on, and those that are not.
  var windows: Int
  var heldOutWindows: Int
  /// Of all observations and actions.
  var checksum: String

  init(training: PolicyDataset, heldOut: PolicyDataset?, windows: Int, heldOutWindows: Int) {
    self.windows = windows
    self.heldOutWindows = heldOutWindows
    var checksum = DataChecksum()
    for values in [training.observations, training.actions, heldOut?.observations ?? [], heldOut?.actions ?? []] {
      checksum.add(values)
    }
    self.checksum = checksum.text
  }
}
