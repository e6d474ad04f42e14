import Autograd
import Checkpoints
import Foundation
import Training

/// What a run has left in its directory.
struct RunFiles {
  let directory: URL

  init(_ directory: URL) { self.directory = directory }

  var last: URL { directory.appending(path: "last.safetensors") }
  var metrics: URL { directory.appending(path: "metrics.jsonl") }

  func bytes(_ name: String = "last.safetensors") throws -> Data {
    try Data(contentsOf: directory.appending(path: name))
  }

  /// Names of all files, sorted.
  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() }

  func step() throws -> Int { try CheckpointState.steps(last.path) }

  /// The lines of metrics.jsonl without what depends on the clock.
  func reports() throws -> [TrainingReport] {
    try String(contentsOf: metrics, encoding: .utf8).split(separator: "\n").map { line in
      var report = try JSONDecoder().decode(TrainingReport.self, from: Data(line.utf8))
      report.stepsPerSecond = 0
      return report
    }
  }
}

/// A question that is answered with true from call `count` on: stops a run before that step.
func stop(after count: Int) -> () -> Bool {
  var asked = 0
  return {
    defer { asked += 1 }
    return asked >= count
  }
}

extension ParameterBuffer {
  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    _ = self.values.update(fromContentsOf: values)
  }
}
