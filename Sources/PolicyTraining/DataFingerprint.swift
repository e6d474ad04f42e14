import Datasets

/// What a run's checkpoint remembers of its data, so that a resumed run goes on with the same.
struct DataFingerprint: Codable {
  /// Windows that are trained on, and those that are not.
  var windows: Int
  var heldOutWindows: Int
  /// FNV-1a of all observations and actions in single precision, hexadecimal.
  var checksum: String

  init(training: PolicyDataset, heldOut: PolicyDataset?, windows: Int, heldOutWindows: Int) {
    self.windows = windows
    self.heldOutWindows = heldOutWindows
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for values in [training.observations, training.actions, heldOut?.observations ?? [], heldOut?.actions ?? []] {
      for value in values { hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01B3 }
    }
    checksum = String(hash, radix: 16)
  }
}
