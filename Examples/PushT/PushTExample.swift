import Consistency
import Datasets
import Environments
import Foundation
import PolicyHead
import PolicyTraining
import PushTEnv
import Reporting

/// From demonstrations to a control loop on the public API: record, train a teacher and a one-step student briefly,
/// query the student, let it push.
///
///     swift run -c release PushT [steps]
///
/// 300 training steps show the path and take a minute or two; a policy that is good at the task needs some ten thousand
/// (Examples/Presets/pusht) and human demonstrations.
@main
struct PushTExample {
  static func main() throws {
    let steps = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 300
    let folder = FileManager.default.temporaryDirectory.appending(path: "saltus-pusht-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    let data = folder.appending(path: "demonstrations.zarr")
    try record(episodes: 20, to: data)

    var configuration = PolicyTrainingConfiguration()
    configuration.widths = [32, 64, 128]
    configuration.heldOutEpisodes = 0.1
    configuration.training.steps = steps
    configuration.training.batchSize = 64
    configuration.training.learningRate = 1e-3
    configuration.training.warmupSteps = steps / 10
    configuration.training.emaMaximum = 0.99
    configuration.training.evaluateEvery = max(1, steps / 2)
    configuration.training.checkpointEvery = steps
    let teacher = try train(configuration, "teacher", data, folder)
    configuration.objective = ObjectiveConfiguration(.ect)
    let student = try train(configuration, "student", data, folder, start: teacher)

    try query(student)
    let score = try rollOut(student, seed: 7)
    print(String(format: "one episode, one network call per 8 actions: score %.3f, film in pusht.gif", score))
  }

  /// A data set from the scripted expert.
  private static func record(episodes: Int, to url: URL) throws {
    let columns = PushTDemonstration.columns.map { EpisodesWriter.Column(name: $0.name, shape: $0.shape) }
    let writer = try EpisodesWriter(url, columns: columns, rate: PushT().controlRate)
    for seed in 0..<UInt64(episodes) { try writer.append(PushTDemonstration(seed: seed).values) }
    try writer.finish()
    print("recorded \(episodes) episodes, \(writer.ends.last ?? 0) steps")
  }

  /// One stage of training; exits if it has learnt nothing.
  private static func train(
    _ configuration: PolicyTrainingConfiguration, _ name: String, _ data: URL, _ folder: URL,
    start: TrainedPolicy? = nil
  ) throws -> TrainedPolicy {
    let output = folder.appending(path: name)
    let run = try PolicyTrainer(
      configuration, data: data, output: output, start: start,
      threads: ProcessInfo.processInfo.activeProcessorCount)
    var progress = ProgressReporter(label: name, total: configuration.training.steps)
    var losses: [Double] = []
    _ = try run.trainer.run(report: { report in
      losses.append(report.loss)
      progress.update(step: report.step, loss: report.loss)
    })
    guard let first = losses.first, let last = losses.last, last < first || start != nil else {
      throw CocoaError(.featureUnsupported, userInfo: [NSLocalizedDescriptionKey: "\(name): the loss did not fall"])
    }
    return try TrainedPolicy(contentsOf: output.appending(path: "last.safetensors"))
  }

  /// One question to the policy: from two observations to the whole predicted horizon, in one network call.
  private static func query(_ policy: TrainedPolicy) throws {
    let observation = try PushT().reset(seed: 7, generator: .gymnasium)
    let predictor = try ActionPredictor(policy, sampler: .consistency(steps: 1))
    let history = [[Double]](repeating: observation, count: policy.description.observationSteps)
    var actions: [[Double]] = []
    let time = ContinuousClock().measure { actions = predictor.predict([history], seeds: [7])[0] }
    let first = actions[policy.description.observationSteps - 1]
    print("first action \(first.map { $0.rounded() }) of \(actions.count) predicted in \(time)")
  }

  /// Plays an episode and films it.
  private static func rollOut(_ policy: TrainedPolicy, seed: UInt64) throws -> Double {
    let controller = RecedingHorizon(
      try ActionPredictor(policy, sampler: .consistency(steps: 1)), seed: seed,
      limits: ActionLimits(position: [0...512, 0...512]))
    let world = PushT()
    var observation = try world.reset(seed: seed, generator: .gymnasium)
    var frames: [Frame] = []
    while !world.episode.isOver {
      let action = try controller.act(observation)
      frames.append(try world.render(size: 224, plan: controller.plan.map { Array($0.actions[$0.current...]) } ?? []))
      observation = try world.step(action).observation
    }
    try GIF.write(frames, framesPerSecond: 10, to: "pusht.gif")
    return world.episode.maximumReward
  }
}
