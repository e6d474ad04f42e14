import Checkpoints
import Foundation

extension DatasetDescription {
  /// The description as text for a terminal.
  public var table: String {
    var lines = ["\(path): \(format.rawValue)"]
    var summary = "\(Self.count(episodes, "episode")), \(Self.count(steps, "step"))"
    if let lengths {
      summary += ", lengths \(lengths.minimum) … \(lengths.maximum) (median \(Self.number(lengths.median)))"
    }
    summary += rate.map { ", \(Self.number($0)) Hz" } ?? ", rate not recorded"
    lines.append(summary)
    var rows = [["column", "per step", "stored", "range", ""]]
    for column in columns { rows.append(Self.row(column)) }
    lines += [""] + Self.aligned(rows)
    if !otherArrays.isEmpty {
      lines += ["", "other arrays: " + otherArrays.map { "\($0.name) \($0.shape) \($0.type)" }.joined(separator: ", ")]
    }
    lines.append("")
    lines += problems.isEmpty ? ["no problems"] : ["problems:"] + problems.map { "  \($0)" }
    return lines.joined(separator: "\n")
  }

  private static func row(_ column: Column) -> [String] {
    guard let minimum = column.minimum, let maximum = column.maximum, let low = minimum.min(), let high = maximum.max()
    else {
      return [column.name, "\(column.shape)", column.type, "not read", ""]
    }
    let constant = zip(minimum, maximum).count { $0 == $1 }
    let note = constant == 0 ? "" : "\(constant) of \(minimum.count) constant"
    return [column.name, "\(column.shape)", column.type, "\(number(Double(low))) … \(number(Double(high)))", note]
  }

  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) { line += cell + String(repeating: " ", count: width - cell.count + 2) }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private static func number(_ value: Double) -> String { String(format: "%.6g", value) }

  /// Steps per second among a file's attributes.
  static func rate(_ attributes: [JSONValue.Member]) -> Double? {
    let names = ["rate_hz", "rate", "fps", "control_hz", "hz", "frequency"]
    let rates = names.compactMap { name in attributes.first { $0.name.lowercased() == name }?.value.double }
    return rates.first { $0 > 0 }
  }
}
