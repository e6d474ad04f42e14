import Autograd
import Checkpoints
import Foundation

/// A run's directory: `last.safetensors`, numbered `step-N.safetensors`, and metrics.jsonl.
///
/// A checkpoint holds `weights.*`, `ema.*`, `moment1.*`, `moment2.*`, where there are any `target.*` and `teacher.*`,
/// and as metadata the head's description and `training`: step and configuration. Random numbers are a function of seed
/// and step, so these two are the whole random state.
struct CheckpointStore {
  /// What `training` holds.
  struct State: Codable, Equatable {
    var step: Int
    var configuration: TrainingConfiguration
  }

  private let directory: URL
  private let layout: ParameterLayout
  private let configuration: TrainingConfiguration
  private let metadata: [String: String]
  private let teacher: ParameterBuffer?

  /// - Parameter metadata: what the head needs to use the network again, by metadata key.
  init(
    _ directory: URL, layout: ParameterLayout, configuration: TrainingConfiguration, metadata: [String: String],
    teacher: ParameterBuffer?
  ) throws(TrainingError) {
    self.directory = directory
    self.layout = layout
    self.configuration = configuration
    self.metadata = metadata
    self.teacher = teacher
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw .file("\(directory.path): cannot be made a directory: \(error.localizedDescription)")
    }
  }

  private var last: URL { directory.appending(path: "last.safetensors") }
  private var metrics: URL { directory.appending(path: "metrics.jsonl") }

  /// Refuses to write over another run.
  func startAfresh() throws(TrainingError) {
    if FileManager.default.fileExists(atPath: last.path) {
      throw .configuration(
        "\(last.path) exists: continue that run with --resume, or choose another --out directory")
    }
    try write(lines: [])
  }

  /// Writes `last.safetensors`, and the same content as `step-N.safetensors` if `numbered`.
  func save(_ optimizer: Optimizer, step: Int, numbered: Bool) throws(TrainingError) {
    var writer = SafetensorsWriter()
    writer.metadata = metadata
    do {
      try writer.setMetadata(State(step: step, configuration: configuration), forKey: "training")
      for (prefix, buffer) in optimizer.buffers { writer.add(layout, buffer, prefix: prefix) }
      if let teacher { writer.add(layout, teacher, prefix: "teacher") }
      try writer.write(to: last)
    } catch {
      throw .file("\(error)")
    }
    guard numbered else { return }
    let path = directory.appending(path: "step-\(step).safetensors").path
    unlink(path)
    // A second name for the same file: `last` is only ever replaced, never written into.
    guard link(last.path, path) == 0 else {
      throw .file("\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
    removeOldCheckpoints()
  }

  /// Numbered checkpoints, newest last.
  private func numberedSteps() -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
      return Int(name.dropFirst("step-".count).dropLast(".safetensors".count))
    }.sorted()
  }

  private func removeOldCheckpoints() {
    guard configuration.keepCheckpoints > 0 else { return }
    for step in numberedSteps().dropLast(configuration.keepCheckpoints) {
      unlink(directory.appending(path: "step-\(step).safetensors").path)
    }
  }

  /// Restores a run from `last.safetensors`.
  ///
  /// - Returns: the steps done.
  func load(into optimizer: Optimizer) throws(TrainingError) -> Int {
    guard FileManager.default.fileExists(atPath: last.path) else {
      throw .configuration("\(last.path): there is no run to resume; start it without --resume")
    }
    let state: State
    do {
      let file = try SafetensorsFile(last)
      state = try file.metadata(State.self, forKey: "training")
      for (prefix, buffer) in optimizer.buffers { try file.read(layout, prefix: prefix, into: buffer) }
      for (key, value) in metadata {
        let stored = try file.string(forKey: key)
        if stored != value {
          throw CheckpointError(
            .mismatched, path: last.path, place: "metadata \"\(key)\"",
            "the run was started with other settings or data; resume with the same ones, or start a new run")
        }
      }
    } catch {
      throw .file("\(error)")
    }
    if let difference = configuration.differenceThatChangesResults(from: state.configuration) {
      throw .configuration("\(last.path): \(difference); resume with the same value, or start a new run")
    }
    try dropMetrics(after: state.step)
    return state.step
  }

  // MARK: - Metrics

  /// Appends a line to metrics.jsonl.
  func append(_ report: TrainingReport) throws(TrainingError) {
    do {
      let handle = try FileHandle(forWritingTo: metrics)
      defer { try? handle.close() }
      try handle.seekToEnd()
      try handle.write(contentsOf: Self.line(report))
    } catch {
      throw .file("\(metrics.path): cannot be written: \(error.localizedDescription)")
    }
  }

  private static func line(_ report: TrainingReport) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(report) + Data("\n".utf8)
  }

  /// Steps that are done again are reported again.
  private func dropMetrics(after step: Int) throws(TrainingError) {
    let text = (try? String(contentsOf: metrics, encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n").filter { line in
      // A line that a killed process left unfinished is dropped as well.
      guard let report = try? JSONDecoder().decode(TrainingReport.self, from: Data(line.utf8)) else { return false }
      return report.step <= step
    }
    try write(lines: lines)
  }

  private func write(lines: [Substring]) throws(TrainingError) {
    do {
      try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: metrics, options: .atomic)
    } catch {
      throw .file("\(metrics.path): cannot be written: \(error.localizedDescription)")
    }
  }
}

extension TrainingConfiguration {
  /// The first setting that differs from a stored one and would make the rest another run, or nil. `steps` may differ:
  /// asking for more of them is how a run is made longer, and the learning rate follows.
  func differenceThatChangesResults(from stored: TrainingConfiguration) -> String? {
    var comparable = self
    comparable.steps = stored.steps
    comparable.checkpointEvery = stored.checkpointEvery
    comparable.keepCheckpoints = stored.keepCheckpoints
    comparable.logEvery = stored.logEvery
    comparable.evaluateEvery = stored.evaluateEvery
    comparable.evaluationExamples = stored.evaluationExamples
    guard comparable != stored else { return nil }
    for ((name, given), (_, before)) in zip(
      Mirror(reflecting: comparable).children, Mirror(reflecting: stored).children)
    where "\(given)" != "\(before)" {
      return "the run was started with \(name ?? "?") = \(before), not \(given)"
    }
    return "the run was started with other settings"
  }
}

/// What a checkpoint says of the run that wrote it.
public enum CheckpointState {
  /// Steps done.
  public static func steps(_ path: String) throws(TrainingError) -> Int {
    do {
      return try SafetensorsFile(URL(filePath: path)).metadata(CheckpointStore.State.self, forKey: "training").step
    } catch {
      throw .file("\(error)")
    }
  }
}
