import Autograd
import Checkpoints
import Foundation

/// A run's checkpoints: `last.safetensors` and numbered `step-N.safetensors` in its directory.
///
/// A checkpoint holds `weights.*`, `ema.*`, `moment1.*`, `moment2.*`, where there are any `target.*`, `teacher.*` and
/// frozen parameters, and as metadata the head's description and `training`: step and configuration. Random numbers are a
/// function of seed and step, so these two are the whole random state.
struct CheckpointStore {
  /// What `training` holds.
  struct State: Codable, Equatable {
    var step: Int
    var configuration: TrainingConfiguration
    /// nil where a report was made at `step`.
    var unreported: ReportSums?
  }

  private let directory: URL
  private let layout: ParameterLayout
  private let configuration: TrainingConfiguration
  private let metadata: [String: String]
  private let teacher: ParameterBuffer?
  private let frozen: FrozenParameters?

  /// - Parameter metadata: what the head needs to use the network again, by metadata key.
  init(
    _ directory: URL, layout: ParameterLayout, configuration: TrainingConfiguration, metadata: [String: String],
    teacher: ParameterBuffer?, frozen: FrozenParameters?
  ) {
    self.directory = directory
    self.layout = layout
    self.configuration = configuration
    self.metadata = metadata
    self.teacher = teacher
    self.frozen = frozen
  }

  private var last: URL { directory.appending(path: "last.safetensors") }

  /// Makes the directory; refuses to mix a run with the checkpoints of another.
  func startAfresh() throws(TrainingError) {
    let used = ["last.safetensors"] + numberedSteps().suffix(1).map(Self.numberedName)
    for name in used where FileManager.default.fileExists(atPath: directory.appending(path: name).path) {
      throw .configuration(
        "\(directory.appending(path: name).path) exists: continue that run with --resume, or choose another --out "
          + "directory")
    }
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw .file("\(directory.path): cannot be made a directory: \(error.localizedDescription)")
    }
  }

  /// Writes `last.safetensors`, and the same content as `step-N.safetensors` if `numbered`.
  ///
  /// - Parameter sums: of the steps that no report has told about.
  func save(_ optimizer: Optimizer, step: Int, sums: ReportSums, numbered: Bool) throws(TrainingError) {
    var writer = SafetensorsWriter()
    writer.metadata = metadata
    do {
      let state = State(step: step, configuration: configuration, unreported: sums.steps == 0 ? nil : sums)
      try writer.setMetadata(state, forKey: "training")
      for (prefix, buffer) in optimizer.buffers { writer.add(layout, buffer, prefix: prefix) }
      if let teacher { writer.add(layout, teacher, prefix: "teacher") }
      if let frozen { writer.add(frozen.layout, frozen.weights, prefix: frozen.prefix) }
      try writer.write(to: last)
    } catch {
      throw .file("\(error)")
    }
    guard numbered else { return }
    let path = directory.appending(path: Self.numberedName(step)).path
    unlink(path)
    // A second name for the same file: `last` is only ever replaced, never written into.
    guard link(last.path, path) == 0 else {
      throw .file("\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
    removeOldCheckpoints()
  }

  private static func numberedName(_ step: Int) -> String { "step-\(step).safetensors" }

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
      unlink(directory.appending(path: Self.numberedName(step)).path)
    }
  }

  /// Restores a run from `last.safetensors`.
  ///
  /// - Returns: the steps done, and the sums of those that no report has told about.
  func load(into optimizer: Optimizer) throws(TrainingError) -> (step: Int, sums: ReportSums) {
    guard FileManager.default.fileExists(atPath: last.path) else {
      throw .configuration("\(last.path): there is no run to resume; start it without --resume")
    }
    do {
      let file = try SafetensorsFile(last)
      let state = try file.metadata(State.self, forKey: "training")
      try check(file, state)
      for (prefix, buffer) in optimizer.buffers { try file.read(layout, prefix: prefix, into: buffer) }
      return (state.step, state.unreported ?? ReportSums())
    } catch let error as TrainingError {
      throw error
    } catch {
      throw .file("\(error)")
    }
  }

  /// Refuses to go on with settings, data or a teacher that would make the rest another run.
  private func check(_ file: SafetensorsFile, _ state: State) throws {
    guard state.step >= 0 else { throw TrainingError.file("\(last.path): it says that \(state.step) steps are done") }
    guard state.step <= configuration.steps else {
      throw TrainingError.configuration(
        "\(last.path): \(state.step) steps are done, more than the \(configuration.steps) asked for; ask for more, or "
          + "start a new run")
    }
    if let difference = configuration.differenceThatChangesResults(from: state.configuration) {
      throw refusal(difference)
    }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      let stored = try file.string(forKey: key)
      if stored != value { throw refusal(DescriptionDifference.text(stored: stored, given: value)) }
    }
    let teacher = teacher.map { FrozenParameters(prefix: "teacher", layout: layout, weights: $0) }
    for given in [teacher, frozen].compactMap({ $0 }) {
      let stored = ParameterBuffer(count: given.layout.count)
      try file.read(given.layout, prefix: given.prefix, into: stored)
      let isSame = withExtendedLifetime(stored) { stored.values.elementsEqual(given.weights.values) }
      if !isSame { throw refusal("the run was started with another \(given.prefix)") }
    }
  }

  private func refusal(_ difference: String) -> TrainingError {
    .configuration("\(last.path): \(difference); resume with the same settings and data, or start a new run")
  }
}

/// What a checkpoint says of the run that wrote it.
public enum CheckpointState {
  /// Steps done.
  public static func steps(_ path: String) throws(TrainingError) -> Int { try state(path).step }

  /// Steps that the run was to have.
  public static func plannedSteps(_ path: String) throws(TrainingError) -> Int { try state(path).configuration.steps }

  private static func state(_ path: String) throws(TrainingError) -> CheckpointStore.State {
    do {
      return try SafetensorsFile(URL(filePath: path)).metadata(CheckpointStore.State.self, forKey: "training")
    } catch {
      throw .file("\(error)")
    }
  }
}
