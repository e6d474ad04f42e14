import ArgumentParser
import Environments

/// Where the episodes of a command start: one world per episode, ready in its first state.
struct EpisodeStarts<World: Environment>: Sendable {
  let count: Int
  /// The world of episode i and its first observation.
  let make: @Sendable (Int) throws -> (World, [Double])

  init(count: Int, make: @escaping @Sendable (Int) throws -> (World, [Double])) {
    self.count = count
    self.make = make
  }

  /// Starts that seeds draw: episode i has seed `first + i`.
  ///
  /// - Throws: `ValidationError` if there are not that many seeds.
  init(
    count: Int, first: UInt64, generator: ResetGenerator, world: @escaping @Sendable () -> World
  ) throws {
    try EpisodeSeeds.check(first, count: count)
    self.init(count: count) { index in
      let world = world()
      return (world, try world.reset(seed: first + UInt64(index), generator: generator))
    }
  }
}

/// Consecutive seeds, one per episode.
enum EpisodeSeeds {
  /// - Throws: `ValidationError` if there are not `count` seeds from `first` on.
  static func check(_ first: UInt64, count: Int, option: String = "--first-seed") throws {
    if first.addingReportingOverflow(UInt64(count)).overflow {
      throw ValidationError("\(option) \(first): there are no \(count) seeds from there on.")
    }
  }
}
