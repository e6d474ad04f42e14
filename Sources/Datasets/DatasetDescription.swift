import Foundation

/// What a recorded data set contains and what is wrong with it; everything except images is read.
public struct DatasetDescription: Sendable, Equatable, Codable {
  public struct Column: Sendable, Equatable, Codable {
    public var name: String
    /// Of one step; empty for a single number.
    public var shape: [Int]
    /// Stored element type in numpy's notation, such as `<f4`.
    public var type: String
    /// Per number of a step, over all steps; nil where the column was not read (images) or cannot be.
    public var minimum: [Float]?
    public var maximum: [Float]?
    public var mean: [Double]?
  }

  /// An array that is not a column of the episodes.
  public struct OtherArray: Sendable, Equatable, Codable {
    public var name: String
    public var shape: [Int]
    public var type: String
  }

  /// Episode lengths in steps.
  public struct Lengths: Sendable, Equatable, Codable {
    public var minimum: Int
    public var median: Double
    public var maximum: Int
  }

  public var path: String
  public var format: DatasetFile.Format
  /// 0 if nothing usable says where episodes end.
  public var episodes: Int
  public var steps: Int
  public var lengths: Lengths?
  /// Steps per second, if the file says so.
  public var rate: Double?
  public var columns: [Column]
  public var otherArrays: [OtherArray]
  /// Complete sentences with their place; empty if the data can be trained on.
  public var problems: [String]

  /// Throws only if the file cannot be opened at all; all else is listed in `problems`.
  public init(_ url: URL) throws(DatasetError) {
    let file = try DatasetFile(url)
    path = file.path
    format = file.format
    problems = file.source.refusals.map(\.summary)
    var rule: EpisodeRule?
    do throws(DatasetError) {
      rule = try file.episodeRule()
    } catch {
      if !problems.contains(error.summary) { problems.append(error.summary) }
    }
    let ends = rule?.ends ?? []
    if let rule { problems += Episodes.problems(withEnds: ends).map { "array \"\(rule.markers[0])\": \($0)" } }
    episodes = ends.count
    steps = ends.last ?? 0
    lengths = Self.lengths(ends)
    columns = []
    let described = rule.map(file.columns) ?? file.source.arrays.filter { !$0.shape.isEmpty }
    for array in described { columns.append(Self.column(array, in: file, ends: ends, &problems)) }
    otherArrays = file.source.arrays.filter { !described.contains($0) }
      .map { OtherArray(name: $0.name, shape: $0.shape, type: $0.type.name) }
    do throws(DatasetError) {
      rate = Self.rate(try file.source.attributes())
    } catch {
      problems.append(error.summary)
    }
  }

  private static func lengths(_ ends: [Int]) -> Lengths? {
    guard !ends.isEmpty else { return nil }
    let lengths = zip(ends, [0] + ends).map { $0 - $1 }.sorted()
    let middle = lengths.count / 2
    let median = lengths.count % 2 == 1 ? Double(lengths[middle]) : Double(lengths[middle - 1] + lengths[middle]) / 2
    return Lengths(minimum: lengths[0], median: median, maximum: lengths[lengths.count - 1])
  }

  private static func column(
    _ array: ArrayDescription, in file: DatasetFile, ends: [Int], _ problems: inout [String]
  ) -> Column {
    let name = DatasetFile.columnName(array.name)
    let place = "column \"\(name)\""
    var column = Column(name: name, shape: Array(array.shape.dropFirst()), type: array.type.name)
    if let steps = ends.last, array.shape[0] != steps {
      problems.append("\(place): it has \(array.shape[0]) steps, but the last episode ends at step \(steps)")
    }
    do throws(DatasetError) {
      problems += try file.source.remarks(on: array).map { "\(place): \($0)" }
      guard !DatasetFile.isImage(array) else { return column }
      let values = Episodes.Column(name: name, shape: column.shape, values: try file.source.read(array).floats())
      if let problem = Episodes.notFinite(values, ends: ends) { problems.append("\(place): \(problem)") }
      let statistics = ColumnStatistics(values)
      column.minimum = statistics?.minimum
      column.maximum = statistics?.maximum
      column.mean = statistics?.mean
    } catch {
      problems.append(error.summary)
    }
    return column
  }
}

/// Range and mean of each number of a step, over the finite values.
struct ColumnStatistics {
  var minimum: [Float]
  var maximum: [Float]
  var mean: [Double]

  /// nil if some number is never finite.
  init?(_ column: Episodes.Column) {
    let width = column.width
    minimum = [Float](repeating: .infinity, count: width)
    maximum = [Float](repeating: -.infinity, count: width)
    mean = [Double](repeating: 0, count: width)
    let values = column.values
    for index in 0..<width {
      var low = Float.infinity
      var high = -Float.infinity
      var sum = 0.0
      var count = 0
      values.withUnsafeBufferPointer { values in
        for position in stride(from: index, to: values.count, by: width) where values[position].isFinite {
          low = min(low, values[position])
          high = max(high, values[position])
          sum += Double(values[position])
          count += 1
        }
      }
      guard count > 0 else { return nil }
      minimum[index] = low
      maximum[index] = high
      mean[index] = sum / Double(count)
    }
  }
}
