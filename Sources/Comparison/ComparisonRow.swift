import Foundation
import Reporting

/// What a comparison found out about one method: one file.
public struct ComparisonRow<Report: ComparedReport>: Sendable, Codable, Equatable {
  /// One of its trainings.
  public struct Training: Sendable, Codable, Equatable {
    /// The stage's name.
    public var stage: String
    public var steps: Int
    public var evaluationsPerStep: Int
    /// As its metrics say; the same machine doing other work besides takes longer.
    public var seconds: Double
    /// The whole configuration as JSON.
    public var configuration: String

    public init(stage: String, steps: Int, evaluationsPerStep: Int, seconds: Double, configuration: String) {
      self.stage = stage
      self.steps = steps
      self.evaluationsPerStep = evaluationsPerStep
      self.seconds = seconds
      self.configuration = configuration
    }
  }

  /// One way in which it was sampled.
  public struct Result: Sendable, Codable, Equatable {
    /// The stage whose network it was.
    public var stage: String
    /// euler or heun; nil for the consistency sampler.
    public var solver: String?
    public var report: Report
    /// How evenly the ways of doing the task are chosen, where that was measured: entropy of the first contact's side in
    /// bits, 0 to 1.
    public var modeCoverage: Double?

    public init(stage: String, solver: String?, report: Report, modeCoverage: Double? = nil) {
      self.stage = stage
      self.solver = solver
      self.report = report
      self.modeCoverage = modeCoverage
    }

    /// Network calls per sample.
    public var calls: Int { report.calls }
  }

  public var method: String
  public var title: String
  public var settings: ComparisonSettings
  /// Methods whose training it needs besides its own; their cost is in their own rows.
  public var origins: [String]
  /// Files that stood in for stages, by the stage; nil: all were trained for the comparison.
  public var trained: [String: String]?
  /// A checksum of the weights that all rows share and no method trains, in half precision: a voice's encoder and refiner.
  public var sharedWeights: String?
  public var training: [Training]
  public var results: [Result]

  public init(
    method: String, title: String, settings: ComparisonSettings, origins: [String], training: [Training],
    results: [Result]
  ) {
    self.method = method
    self.title = title
    self.settings = settings
    self.origins = origins
    self.training = training
    self.results = results
  }

  /// The result at so many network calls, if there is one.
  public func result(calls: Int) -> Result? { results.first { $0.calls == calls } }

  /// The result with the fewest calls.
  public var cheapest: Result? { results.min { $0.calls < $1.calls } }

  /// Forward passes of all its trainings.
  public var evaluations: Int { training.reduce(0) { $0 + $1.steps * $1.evaluationsPerStep } }

  /// Minutes of all its trainings.
  public var minutes: Double { training.reduce(0) { $0 + $1.seconds } / 60 }

  /// What its training steps cost and how many there were, stage by stage.
  var price: String { training.map { "\($0.evaluationsPerStep) × \($0.steps)" }.joined(separator: " + ") }

  /// Reads a row's file.
  ///
  /// - Throws: `CommandFailure` for a file that cannot be read or is none.
  public static func read(_ path: String) throws(CommandFailure) -> ComparisonRow<Report> {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw CommandFailure("\(path): there is no such file, or it cannot be read")
    }
    guard let row = try? JSONDecoder().decode(ComparisonRow<Report>.self, from: bytes) else {
      throw CommandFailure("\(path): this is no row that \"saltus compare\" wrote of \(Report.kind)")
    }
    return row
  }

  /// The rows of a folder, `METHOD.json` each, in the order of their names.
  ///
  /// - Throws: `CommandFailure` for a folder that cannot be read or a file that is no row.
  public static func read(folder: String) throws(CommandFailure) -> [ComparisonRow<Report>] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw CommandFailure("\(folder): there is no such folder, or it cannot be read")
    }
    var rows: [ComparisonRow<Report>] = []
    for name in names.sorted() where name.hasSuffix(".json") { rows.append(try read("\(folder)/\(name)")) }
    return rows
  }
}
