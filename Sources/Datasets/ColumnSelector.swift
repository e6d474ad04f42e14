/// A column, or some of its numbers per step: `keypoint`, `state[0:2]`, `state[3]`, `state[2:]`.
///
/// Positions count the step's numbers in row-major order, whatever the column's shape; the end is not included, as in
/// Python.
public struct ColumnSelector: Sendable, Equatable, Codable, CustomStringConvertible {
  public let column: String
  /// nil: from the first.
  public let start: Int?
  /// nil: to the last.
  public let end: Int?

  public init(_ column: String, start: Int? = nil, end: Int? = nil) {
    self.column = column
    self.start = start
    self.end = end
  }

  /// Reads a selector's text.
  public init(parsing text: String) throws(DatasetError) {
    let problem = DatasetError(
      .malformed, path: "column selector", place: "\"\(text)\"",
      "expected a column's name, optionally with positions: state, state[3], state[0:2]")
    guard text.last == "]" else {
      guard !text.isEmpty, !text.contains("[") else { throw problem }
      self.init(text)
      return
    }
    let parts = text.dropLast().split(separator: "[", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else { throw problem }
    let bounds = parts[1].split(separator: ":", omittingEmptySubsequences: false)
    let numbers = bounds.map { Int($0) }
    guard zip(bounds, numbers).allSatisfy({ $0.isEmpty ? bounds.count == 2 : ($1 ?? -1) >= 0 }) else { throw problem }
    switch numbers.count {
    case 1: self.init(String(parts[0]), start: numbers[0], end: numbers[0].map { $0 + 1 })
    case 2: self.init(String(parts[0]), start: numbers[0], end: numbers[1])
    default: throw problem
    }
  }

  public var description: String {
    guard start != nil || end != nil else { return column }
    if let start, let end, end == start + 1 { return "\(column)[\(start)]" }
    return "\(column)[\(start.map(String.init) ?? ""):\(end.map(String.init) ?? "")]"
  }

  /// In files a selector is its text.
  public init(from decoder: any Decoder) throws {
    try self.init(parsing: decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The selected positions of a column.
  func range(in column: Episodes.Column, path: String) throws(DatasetError) -> Range<Int> {
    let lower = start ?? 0
    let upper = end ?? column.width
    guard lower < upper, upper <= column.width else {
      throw DatasetError(
        .missing, path: path, place: "column \"\(column.name)\"",
        "\(self) selects \(lower)..<\(upper) of \(column.width) numbers per step")
    }
    return lower..<upper
  }
}
