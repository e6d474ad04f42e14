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
    /// See `ComparisonPreset.Sampling`.
    public var gamma: Double?
    public var report: Report
    /// How evenly the ways of doing the task are chosen, where that was measured: entropy of the first contact's side, or
    /// of that of the obstacle, in bits, 0 to 1.
    public var modeCoverage: Double?
    /// Share of the left one of these ways, where all roll-outs had one start.
    public var leftShare: Double?

    public init(
      stage: String, solver: String?, gamma: Double? = nil, report: Report, modeCoverage: Double? = nil,
      leftShare: Double? = nil
    ) {
      self.stage = stage
      self.solver = solver
      self.gamma = gamma
      self.report = report
      self.modeCoverage = modeCoverage
      self.leftShare = leftShare
    }

    /// Network calls per sample.
    public var calls: Int { report.calls }

    /// Its γ in words, such as `γ 0`; nil for the trained network's own.
    var gammaLabel: String? { gamma.map { gammaInWords($0) } }

    /// The calls with what tells it from other results of as many, such as `2, γ 0`.
    var way: String { "\(calls)" + (gammaLabel.map { ", \($0)" } ?? "") }
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

  /// The results at so many network calls: several where more than one γ was tried.
  public func results(calls: Int) -> [Result] { results.filter { $0.calls == calls } }

  /// The best of them, if there is one.
  public func result(calls: Int) -> Result? {
    results(calls: calls).max { $0.report.merit < $1.report.merit }
  }

  /// The method with what tells one of its results from others of as many calls, such as `ctm (γ 0)`.
  func name(of result: Result) -> String { result.gammaLabel.map { "\(method) (\($0))" } ?? method }

  /// What a plot joins by a line: the results of each γ, fewest calls first. A single call is the same for all of them.
  var lines: [(label: String, results: [Result])] {
    let ordered = results.sorted { $0.calls < $1.calls }
    let gammas = Set(ordered.filter { $0.calls > 1 }.map(\.gamma)).sorted { $0 ?? -1 < $1 ?? -1 }
    if gammas.isEmpty { return [(method, ordered)] }
    return gammas.map { gamma -> (label: String, results: [Result]) in
      let label = gamma.map { "\(method), \(gammaInWords($0))" } ?? method
      return (label, ordered.filter { $0.calls <= 1 || $0.gamma == gamma })
    }
  }

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

/// γ as tables and plots say it, such as `γ 0` or `γ 0.5`.
func gammaInWords(_ gamma: Double) -> String { "γ " + String(format: "%g", gamma) }
