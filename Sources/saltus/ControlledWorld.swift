import Environments

/// A simulated world in a control loop: stepped once per control period, whatever the loop's rate, so that observations
/// are as far apart in simulated time as in training. Where an episode ends the next one begins.
///
/// Belongs to the loop's thread while it runs.
final class ControlledWorld<World: Environment>: @unchecked Sendable {
  private let world: World
  private var observation: [Double] = []
  private var nextSeed: UInt64
  private var isStarting = true
  /// Of the episodes that are over.
  private(set) var scores: [Double] = []
  /// The first error; the world stands still from then on.
  private(set) var error: (any Error)?

  init(_ world: World, firstSeed: UInt64) throws {
    self.world = world
    nextSeed = firstSeed
    try start()
  }

  private func start() throws {
    observation = try world.reset(seed: nextSeed, generator: .gymnasium)
    isStarting = true
    nextSeed &+= 1
  }

  /// - Parameter begin: called with the episode's seed if this is its first observation.
  func observe(_ begin: (UInt64) -> Void) -> [Double] {
    if isStarting { begin(nextSeed &- 1) }
    isStarting = false
    return observation
  }

  func apply(_ action: [Double]) {
    guard error == nil else { return }
    do {
      observation = try world.step(action).observation
      guard world.episode.isOver else { return }
      scores.append(world.episode.maximumReward)
      try start()
    } catch {
      self.error = error
    }
  }
}
