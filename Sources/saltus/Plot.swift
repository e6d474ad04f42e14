import ArgumentParser
import Charts
import Foundation
import Reporting

/// `saltus plot`: what training wrote into metrics.jsonl, or the scores of evaluations, as a picture.
struct Plot: ParsableCommand {
  enum Quantity: String, ExpressibleByArgument, CaseIterable {
    case loss, learningRate, gradientNorm, stepsPerSecond

    var label: String {
      switch self {
      case .loss: "loss"
      case .learningRate: "learning rate"
      case .gradientNorm: "gradient norm"
      case .stepsPerSecond: "steps per second"
      }
    }

    func value(_ record: MetricsRecord) -> Double? {
      switch self {
      case .loss: record.loss
      case .learningRate: record.learningRate
      case .gradientNorm: record.gradientNorm
      case .stepsPerSecond: record.stepsPerSecond
      }
    }
  }

  enum Scale: String, ExpressibleByArgument, CaseIterable {
    case log, linear
  }

  static let configuration = CommandConfiguration(
    abstract: "Draw training metrics or evaluation scores as a PNG or SVG chart.",
    discussion: """
      Of metrics.jsonl: light, every record; strong, its moving average; dashed, held-out episodes. Of the files that
      'saltus evaluate --json' wrote: for every score, the fraction of episodes that reached it. Several files of one kind
      go into one chart.

      EXAMPLES:
        saltus plot runs/pusht/metrics.jsonl -o loss.png
        saltus plot runs/a/metrics.jsonl runs/b/metrics.jsonl -o compare.svg --scale linear
        saltus plot runs/pusht/metrics.jsonl -o speed.png --quantity stepsPerSecond
        saltus plot one-step.json two-steps.json -o scores.png
      """)

  @Argument(help: ArgumentHelp("metrics.jsonl of training, or .json of evaluations.", valueName: "file"))
  var files: [String]

  @Option(name: [.short, .long], help: ArgumentHelp("Picture to write, .png or .svg.", valueName: "FILE"))
  var output: String

  @Option(help: "What to draw.")
  var quantity = Quantity.loss

  @Option(help: "Scale of the vertical axis.")
  var scale = Scale.log

  @Option(help: ArgumentHelp("Text over the chart.", valueName: "TEXT"))
  var title = ""

  @Option(help: ArgumentHelp("Records on each side in the moving average; by default 1 in 60.", valueName: "N"))
  var smooth: Int?

  // Every command takes --threads; drawing needs one.
  @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

  func validate() throws {
    if files.isEmpty { throw ValidationError("Give at least one file.") }
    if let smooth, smooth < 0 { throw ValidationError("--smooth \(smooth): the number of records is not negative.") }
  }

  func run() throws {
    if files.allSatisfy({ $0.hasSuffix(".json") }) {
      try EvaluationChart.read(files, title: title).write(to: output)
    } else {
      try metricsChart().write(to: output)
    }
  }

  private func metricsChart() throws(CommandFailure) -> Chart {
    var series: [Series] = []
    for (index, file) in files.enumerated() {
      let color = ChartColor.cycle[index % ChartColor.cycle.count]
      series += try curves(of: MetricsFile.read(file), name: files.count > 1 ? name(file) : nil, color: color)
    }
    guard !series.isEmpty else {
      throw CommandFailure("\(files.joined(separator: ", ")): no record has \"\(quantity.rawValue)\"")
    }
    if scale == .log, !series.contains(where: { $0.points.contains { $0.y > 0 } }) {
      throw CommandFailure(
        "\(files.joined(separator: ", ")): no \(quantity.label) is positive, so a logarithmic axis cannot show it; "
          + "use --scale linear")
    }
    let y = Axis(quantity.label, scale: scale == .log ? .logarithmic : .linear)
    return Chart(title, x: Axis("step"), y: y, series: series)
  }

  private func curves(of records: [MetricsRecord], name: String?, color: ChartColor) -> [Series] {
    func points(_ value: (MetricsRecord) -> Double?) -> [SIMD2<Double>] {
      records.compactMap { record in value(record).map { SIMD2(Double(record.step), $0) } }
    }
    let raw = points(quantity.value)
    let radius = min(smooth ?? raw.count / 60, raw.count)
    let averages = Statistics.movingAverage(raw.map(\.y), radius: radius)
    let smoothed = zip(raw, averages).map { SIMD2($0.x, $1) }
    let prefix = name.map { "\($0): " } ?? ""
    var result: [Series] = []
    if !raw.isEmpty {
      let label = prefix + (quantity == .loss ? "training" : quantity.label)
      if radius > 0 { result.append(.line(raw, color: color.opacity(0.3), width: 1)) }
      result.append(.line(smoothed, label: label, color: color))
    }
    let heldOut = quantity == .loss ? points(\.heldOutLoss) : []
    if !heldOut.isEmpty {
      // One run has a second colour to spare; several runs keep one colour each.
      let heldOutColor = name == nil ? ChartColor.orange : color
      result.append(.line(heldOut, label: prefix + "held-out", color: heldOutColor, isDashed: true))
    }
    return result
  }

  /// A run is known by the folder of its metrics.
  private func name(_ file: String) -> String {
    let url = URL(filePath: file)
    return url.lastPathComponent == "metrics.jsonl"
      ? url.deletingLastPathComponent().lastPathComponent : url.deletingPathExtension().lastPathComponent
  }
}
