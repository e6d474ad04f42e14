import Environments

extension PushTState {
  /// The state a seed draws, to be set with `ResetOrder.positionThenAngle`: agent in 50..<450, block in 100..<400 along
  /// each axis, whole numbers.
  ///
  /// - Parameter generator: `.legacy` draws the angle as `randn() * 2π - π`, `.gymnasium` as `uniform(-π, π)`.
  /// - Throws: `EnvironmentError.seedOutOfRange` for legacy seeds of 2³² and more.
  public static func drawn(seed: UInt64, generator: ResetGenerator) throws(EnvironmentError) -> PushTState {
    switch generator {
    case .legacy:
      guard let word = UInt32(exactly: seed) else {
        throw .seedOutOfRange(seed: seed, generator: generator, limit: UInt64(UInt32.max))
      }
      var random = MersenneTwister(seed: word)
      let (agent, block) = drawPositions { random.integer(in: $0) }
      return PushTState(agent: agent, block: PushTPose(position: block, angle: random.normal() * 2 * .pi - .pi))
    case .gymnasium:
      var random = PCG64(seed: seed)
      let (agent, block) = drawPositions { random.integer(in: $0) }
      return PushTState(
        agent: agent, block: PushTPose(position: block, angle: random.uniform(in: -Double.pi..<Double.pi)))
    }
  }

  private static func drawPositions(_ integer: (Range<Int>) -> Int) -> (agent: Point, block: Point) {
    let agentX = Double(integer(50..<450))
    let agentY = Double(integer(50..<450))
    let blockX = Double(integer(100..<400))
    let blockY = Double(integer(100..<400))
    return (Point(agentX, agentY), Point(blockX, blockY))
  }
}
