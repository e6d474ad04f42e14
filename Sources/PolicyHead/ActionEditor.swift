import Checkpoints
import Consistency
import Foundation

/// Completes and changes chunks of actions with a trained policy, zero-shot (Song et al. 2023, section 9): known values stay,
/// and the policy draws the others so as to go with them and with what it observes. Belongs to one thread.
///
/// Known values are returned bit for bit, whatever the range of the data; known means to about 1e-13 of themselves. What is
/// drawn keeps to the range of the data's actions, except where a mean outside of it makes that impossible.
public final class ActionEditor {
  public var description: PolicyDescription { predictor.description }
  private let predictor: ActionPredictor

  /// - Parameter threads: that share a network call; results do not depend on it.
  /// - Throws: `PolicyError.badSetting` for a policy that draws latents.
  public init(_ policy: TrainedPolicy, threads: Int = 1) throws(PolicyError) {
    guard policy.description.latent == nil else { throw .badSetting("editing: \(ActionPredictor.drawsLatents)") }
    let fewest = policy.description.sampling.fewestSteps
    predictor = try ActionPredictor(policy, sampler: .consistency(steps: fewest), threads: threads)
  }

  /// The noise levels of an edit in a number of network calls: from pure noise, then in equal ratios over those at which
  /// known values can still change what the others are; or in equal ratios from a sketch's strength to a tenth of it.
  ///
  /// - Parameters:
  ///   - steps: network calls, 1 to 10,000; with one, known and missing values know nothing of each other. Of a policy that was
  ///     trained for one chain alone (phases) it is that one's number.
  ///   - strength: of a sketch.
  /// - Throws: `PolicyError.badSetting` for a number of steps that is none.
  public func method(steps: Int, sketch strength: Double? = nil) throws(PolicyError) -> SamplingMethod {
    guard (1...10_000).contains(steps) else { throw .badSetting("\(steps) steps: 1 to 10,000 are possible") }
    guard description.sampling.phases.isEmpty else { return .consistency(steps: steps) }
    func ratios(_ first: Double, _ last: Double, _ count: Int) -> [Double] {
      (0..<count).map { first * pow(last / first, count == 1 ? 0 : Double($0) / Double(count - 1)) }
    }
    // Below this a network has learned next to nothing.
    let floor = max(description.parameterisation.preconditioning.boundarySigma, description.sampling.sigmaMin)
    if let strength {
      let last = min(max(strength / 10, 1.5 * floor), 0.9 * strength)
      return .chain(sigmas: ratios(strength, last, steps))
    }
    let scale = description.parameterisation.preconditioning.sigmaData / 0.5
    let start = description.sampling.sigmaMax
    return .chain(sigmas: [start] + ratios(Self.middle.first * scale, Self.middle.last * scale, steps - 1))
  }

  /// The first and the last middle level for actions of standard deviation 0.5: those of `ChunkStitching`.
  private static let middle = (first: 1.0, last: 0.03)

  /// Draws a chunk that keeps to what is known.
  ///
  /// - Parameters:
  ///   - history: `observationSteps` observations, oldest first, in the data's units.
  ///   - edit: what is known, of this policy's sizes; if nothing is and there is no sketch, the policy draws freely.
  ///   - method: see `method(steps:sketch:)`; a chain that begins at the strength of a sketch if there is one.
  ///   - call: tells samples of the same noise apart; 0 and nothing known is what `ActionPredictor` draws.
  /// - Returns: `[horizon][action]` in the data's units.
  /// - Throws: `PolicyError.badSetting` if all is known, or for a method that makes no falling chain.
  public func draw(
    _ history: [[Double]], _ edit: ActionEdit, method: SamplingMethod, noise: NoiseSource, call: UInt32 = 0
  ) throws(PolicyError) -> [[Double]] {
    precondition(
      edit.horizon == description.horizon && edit.actionSize == description.actionSize, "an edit for another policy")
    var sampler = try sampler(method, edit)
    let range = description.actionNormalizer
    let keeping = try edit.keeping(range)
    // What is known is in the sketch from the first call on.
    let sketch = edit.sketch.map { range.normalized($0.rows.joined().map { Float($0) }) }
    let center = sketch.map { sketch in keeping.map { $0.applied(to: sketch) } ?? sketch }
    let drawn = predictor.draw(
      [history], keeping: keeping, around: center, &sampler, noise: noise.filling(step: call))[0]
    return edit.restored(drawn, range: range)
  }

  private func sampler(_ method: SamplingMethod, _ edit: ActionEdit) throws(PolicyError) -> Sampler {
    var description = description
    // A sketch does not start from pure noise.
    if edit.sketch != nil { description.sampling.initialTemperature = nil }
    do {
      return try description.sampler(method, elementCount: edit.known.count)
    } catch {
      throw .badSetting("\(error)")
    }
  }
}

extension ActionEdit {
  /// What is known, normalised; nil if nothing is.
  ///
  /// - Throws: `PolicyError.badSetting` if everything is.
  fileprivate func keeping(_ range: Normalizer) throws(PolicyError) -> Edit? {
    if isEmpty { return nil }
    if coarse == nil && knownCount == known.count { throw .badSetting(Self.allIsKnown) }
    let shape = [1, horizon, actionSize]
    do {
      if let coarse {
        let means = range.normalized(coarse.means.joined().map { Float($0) })
        return try Edit(coarse: means, factor: coarse.factor, shape: shape)
      }
      let values = range.normalized(known.map { Float($0 ?? 0) })
      return try Edit(values, missing: known.map { $0 == nil ? 1 : 0 }, shape: shape)
    } catch {
      throw .badSetting("\(error)")
    }
  }

  /// A drawn chunk, `[horizon][action]`, with what is known as it was given: not by way of normalised numbers, which would
  /// round it, nor of the data's range, which would cut it off.
  fileprivate func restored(_ rows: [[Double]], range: Normalizer) -> [[Double]] {
    var rows = rows
    for place in known.indices {
      if let value = known[place] { rows[place / actionSize][place % actionSize] = value }
    }
    guard let coarse else { return rows }
    for (block, mean) in coarse.means.enumerated() {
      let block = block * coarse.factor..<(block + 1) * coarse.factor
      for channel in 0..<actionSize {
        let limits = Double(range.minimum[channel])...Double(range.maximum[channel])
        let values = Self.shifted(block.map { rows[$0][channel] }, toMean: mean[channel], within: limits)
        for (row, value) in zip(block, values) { rows[row][channel] = value }
      }
    }
    return rows
  }

  /// Values moved by the same amount to a mean, as far as they find room within limits; a mean beyond them is reached even so.
  private static func shifted(_ values: [Double], toMean mean: Double, within limits: ClosedRange<Double>) -> [Double] {
    var values = values
    let limits = limits.contains(mean) ? limits : -Double.infinity...Double.infinity
    // Every pass but the last takes a value to a limit.
    for _ in 0..<values.count + 2 {
      let lack = mean * Double(values.count) - values.reduce(0, +)
      let movable = values.indices.filter { lack > 0 ? values[$0] < limits.upperBound : values[$0] > limits.lowerBound }
      guard lack != 0, !movable.isEmpty else { break }
      for index in movable {
        values[index] = min(max(values[index] + lack / Double(movable.count), limits.lowerBound), limits.upperBound)
      }
    }
    return values
  }
}
