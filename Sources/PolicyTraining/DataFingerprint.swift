import Training

/// What a run's checkpoint remembers of its data, so that a resumed run goes on with the same.
struct DataFingerprint: Codable {
  /// Windows that are trained on, and those that are not.
  var windows: Int
  var heldOutWindows: Int
  /// The share of episodes that was asked to be held out.
  var heldOutEpisodes: Double
  /// Symmetries of the world through which the training episodes are seen as well.
  var symmetries: Int
  /// Of all observations and actions.
  var checksum: String

  init(_ data: PolicyData, windows: Int, heldOutWindows: Int) {
    self.windows = windows
    self.heldOutWindows = heldOutWindows
    heldOutEpisodes = data.heldOutEpisodes
    symmetries = data.symmetryCount
    let (training, heldOut) = (data.training, data.heldOut)
    var checksum = DataChecksum()
    for values in [training.observations, training.actions, heldOut?.observations ?? [], heldOut?.actions ?? []] {
      checksum.add(values)
    }
    self.checksum = checksum.text
  }
}
