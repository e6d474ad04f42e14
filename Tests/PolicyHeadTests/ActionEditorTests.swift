import Consistency
import Foundation
import PolicyHead
import Testing

/// Chunks that are completed and changed zero-shot.
struct ActionEditorTests {
  private let policy: TrainedPolicy
  private let editor: ActionEditor
  private let history = TinyPolicy.history(3)

  init() throws {
    policy = try TinyPolicy.make()
    editor = try ActionEditor(policy)
  }

  private var nothing: ActionEdit { ActionEdit(for: policy.description) }

  /// Some values of the two channels, not those of single precision, a few of them outside of the data's range.
  private func action(_ index: Int) -> [Double] { [100.1 + 70 * Double(index), 2.2 * sin(Double(index)) / 3] }

  private func sketch() -> [[Double]] { (0..<TinyPolicy.horizon).map { action($0 / 2) } }

  private enum Kind: CaseIterable {
    case prefix, waypoints, goal, channel, channelAndGoal, coarse, sketch, sketchAndPrefix, sketchAndCoarse
  }

  private func edit(_ kind: Kind) throws -> ActionEdit {
    var edit = nothing
    switch kind {
    case .prefix, .sketchAndPrefix: for row in 0..<3 { try edit.set(row: row, to: action(row)) }
    case .waypoints: for row in [2, 5] { try edit.set(row: row, to: action(row)) }
    case .goal: try edit.set(row: 7, to: [1e6, -1e6])
    case .channel: try edit.set(channel: 1, to: (0..<8).map { cos(Double($0)) })
    case .channelAndGoal:
      try edit.set(channel: 0, to: (0..<8).map { action($0)[0] })
      try edit.set(row: 7, to: action(7))
    case .coarse, .sketchAndCoarse:
      // The last one is outside of the data's range.
      try edit.set(coarse: [[10.3, 0.1], [500.9, -1.97], [300, 0], [600.7, 2.3]], factor: 2)
    case .sketch: break
    }
    if [.sketch, .sketchAndPrefix, .sketchAndCoarse].contains(kind) { try edit.set(sketch: sketch(), strength: 0.5) }
    return edit
  }

  private func draw(
    _ edit: ActionEdit, steps: Int = 4, noise: NoiseSource = .seed(5), call: UInt32 = 0,
    with editor: ActionEditor? = nil
  ) throws -> [[Double]] {
    let editor = editor ?? self.editor
    let method = try editor.method(steps: steps, sketch: edit.sketch?.strength)
    return try editor.draw(history, edit, method: method, noise: noise, call: call)
  }

  /// Values bit for bit, means to rounding in double precision; the others are drawn, and inside the data's range.
  @Test(arguments: Kind.allCases, [1, 4])
  private func knownValuesAreExact(kind: Kind, steps: Int) throws {
    let edit = try edit(kind)
    let drawn = try draw(edit, steps: steps)
    #expect(drawn.count == TinyPolicy.horizon && drawn.allSatisfy { $0.count == 2 && $0.allSatisfy(\.isFinite) })
    for (index, value) in drawn.joined().enumerated() {
      if let known = edit.known[index] {
        #expect(value == known)
      } else if edit.coarse == nil || index / 4 < 3 {
        let range = TinyPolicy.actionRange[index % 2]
        #expect((Double(range.lowerBound)...Double(range.upperBound)).contains(value))
      }
    }
    #expect(edit.knownError(of: drawn) <= (edit.coarse == nil ? 0 : 1e-12))
    // What is known has an influence on the others as soon as there is a second call.
    if steps > 1 { #expect(try draw(nothing, steps: steps) != drawn) }
  }

  @Test(arguments: Kind.allCases) private func threadsDecideNothing(kind: Kind) throws {
    let edit = try edit(kind)
    #expect(try draw(edit) == draw(edit, with: ActionEditor(policy, threads: 3)))
    #expect(try draw(edit) == draw(edit))
  }

  @Test(arguments: Kind.allCases) private func seedAndCallDecideTheNoise(kind: Kind) throws {
    let edit = try edit(kind)
    let first = try draw(edit)
    #expect(try draw(edit, noise: .seed(6)) != first)
    #expect(try draw(edit, call: 1) != first)
  }

  @Test func nothingKnownIsWhatThePolicyDraws() throws {
    for method in [SamplingMethod.consistency(steps: 2), .chain(sigmas: [80, 1, 0.2])] {
      let free = try ActionPredictor(policy, sampler: method).predict([history], seeds: [9], call: 2)
      #expect(try editor.draw(history, nothing, method: method, noise: .seed(9), call: 2) == free[0])
    }
  }

  /// The same machinery as a prefix of stitching's.
  @Test func knownRowsAreThoseOfThePredictor() throws {
    let edit = try edit(.prefix)
    let sigmas = [policy.description.sampling.sigmaMax] + ChunkStitching(for: policy.description).sigmas
    let rows = Dictionary(uniqueKeysWithValues: (0..<3).map { ($0, action($0)) })
    let other = try ActionPredictor(policy, sampler: .consistency(steps: 1))
      .predict([history], seeds: [4], call: 1, known: [rows])
    #expect(try editor.draw(history, edit, method: .chain(sigmas: sigmas), noise: .seed(4), call: 1) == other[0])
  }

  @Test func weakNoiseLeavesASketchAndStrongNoiseChangesIt() throws {
    // In the data's range, for which results are cut off to it.
    let sketch = (0..<8).map { row in action(row / 2).enumerated().map { min(max($1, $0 == 0 ? 0 : -2), 512) } }
    func change(_ strength: Double) throws -> Double {
      var edit = nothing
      try edit.set(sketch: sketch, strength: strength)
      return try #require(nothing.missingError(of: draw(edit), truth: sketch))
    }
    let changes = try [0.003, 0.3, 3].map(change)
    #expect(changes[0] < 2 && changes[0] < changes[1] && changes[1] < changes[2], "\(changes)")
  }

  @Test func betweenTwoSeedsLieTheirSamplesAndOthers() throws {
    for edit in [nothing, try edit(.prefix), try edit(.coarse)] {
      let ends = try [UInt64(1), 2].map { try draw(edit, noise: .seed($0)) }
      #expect(try draw(edit, noise: .between(1, 2, share: 0)) == ends[0])
      #expect(try draw(edit, noise: .between(1, 2, share: 1)) == ends[1])
      let middle = try draw(edit, noise: .between(1, 2, share: 0.5))
      #expect(middle != ends[0] && middle != ends[1] && edit.knownError(of: middle) <= 1e-12)
    }
  }

  @Test func chainsFallFromPureNoiseOrFromTheStrength() throws {
    let scale = policy.description.parameterisation.preconditioning.sigmaData / 0.5
    guard case .chain(let sigmas) = try editor.method(steps: 5) else { return #expect(Bool(false)) }
    #expect(sigmas.count == 5 && sigmas[0] == policy.description.sampling.sigmaMax)
    #expect(abs(sigmas[1] - scale) < 1e-12 && abs(sigmas[4] - 0.03 * scale) < 1e-12)
    for strength in [0.001, 0.01, 0.2, 40] {
      for steps in [1, 2, 6] {
        guard case .chain(let sigmas) = try editor.method(steps: steps, sketch: strength) else { continue }
        #expect(sigmas.count == steps && sigmas[0] == strength)
        #expect(zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 > $1 })
      }
    }
    #expect(throws: PolicyError.self) { try editor.method(steps: 0) }
  }

  @Test func methodsAndPoliciesThatCannotEditAreRefused() throws {
    let edit = try edit(.goal)
    #expect(throws: PolicyError.self) {
      try editor.draw(history, edit, method: .chain(sigmas: [1, 2]), noise: .seed(0))
    }
    var all = nothing
    for row in 0..<8 { try all.set(row: row, to: action(row)) }
    let error = #expect(throws: PolicyError.self) { try draw(all) }
    #expect("\(error as Any)".contains("all rows of the horizon are known"))
  }
}
