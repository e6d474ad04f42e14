import Environments

/// An episode that the scripted expert has played, as a data set records it.
public struct PushTDemonstration: Sendable {
  /// What is recorded at every step, with the shape of one step: as in diffusion_policy's `pusht_cchi_v7_replay.zarr`.
  public static let columns: [(name: String, shape: [Int])] = [("action", [2]), ("state", [5]), ("keypoint", [9, 2])]

  /// Each column's numbers, step by step; the action is the one that follows the state.
  public let values: [String: [Float]]
  /// The episode's maximum reward, in [0, 1].
  public let score: Double

  /// Plays an episode.
  ///
  /// - Parameters:
  ///   - seed: of the start (Gymnasium's generator) and of the expert's noise.
  ///   - noise: strength of the expert's random detours; 0 for none.
  /// - Throws: `EnvironmentError.seedOutOfRange`.
  public init(seed: UInt64, noise: Double = 1) throws(EnvironmentError) {
    let world = PushT()
    _ = try world.reset(seed: seed, generator: .gymnasium)
    let player = PushTDemonstrator(seed: UInt32(truncatingIfNeeded: seed), noise: noise)
    var (actions, states, keypoints) = ([Float](), [Float](), [Float]())
    while !world.episode.isOver {
      let state = world.state
      let action = player.action(for: state)
      actions += action.map(Float.init)
      states += state.stateObservation.map(Float.init)
      keypoints += state.keypointObservation.prefix(18).map(Float.init)
      _ = try world.step(action)
    }
    values = ["action": actions, "state": states, "keypoint": keypoints]
    score = world.episode.maximumReward
  }
}
