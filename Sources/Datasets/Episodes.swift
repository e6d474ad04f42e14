import Autograd
import Checkpoints
import Support

/// Recorded episodes: columns of numbers over all steps, and where each episode ends.
public struct Episodes: Sendable, Equatable {
  /// One recorded quantity.
  public struct Column: Sendable, Equatable {
    public let name: String
    /// Of one step, such as [9, 2]; empty for a single number.
    public let shape: [Int]
    /// [steps × width], row-major.
    public let values: [Float]
    /// Numbers per step.
    public var width: Int { shape.reduce(1, *) }

    public init(name: String, shape: [Int], values: [Float]) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// Where the data came from, for messages.
  public let path: String
  public let columns: [Column]
  /// Each episode's end: the number of steps up to and including its last. Strictly increasing.
  public let ends: [Int]

  /// Checks that ends increase strictly, that all columns have as many steps as the last end says, and that every
  /// number is finite; the error names column, step, element and episode.
  public init(columns: [Column], ends: [Int], path: String = "episodes") throws(DatasetError) {
    if let problem = Self.problems(withEnds: ends).first {
      throw DatasetError(.inconsistent, path: path, place: "episode ends", problem)
    }
    let steps = ends.last ?? 0
    for column in columns {
      let place = "column \"\(column.name)\""
      guard columns.count(where: { $0.name == column.name }) == 1 else {
        throw DatasetError(.inconsistent, path: path, place: place, "there are two columns of this name")
      }
      guard column.values.count == steps * column.width else {
        let length = column.width > 0 ? column.values.count / column.width : 0
        throw DatasetError(
          .inconsistent, path: path, place: place, "it has \(length) steps, but the episodes end at step \(steps)")
      }
      if let problem = Self.notFinite(column, ends: ends) {
        throw DatasetError(.notFinite, path: path, place: place, problem)
      }
    }
    self.path = path
    self.columns = columns
    self.ends = ends
  }

  /// Without checks, from parts that have passed them.
  private init(path: String, columns: [Column], ends: [Int]) {
    self.path = path
    self.columns = columns
    self.ends = ends
  }

  /// Number of episodes.
  public var count: Int { ends.count }
  /// Number of steps over all episodes.
  public var stepCount: Int { ends.last ?? 0 }

  /// The steps of an episode.
  public func steps(of episode: Int) -> Range<Int> {
    precondition(ends.indices.contains(episode), "episode \(episode) of \(ends.count)")
    return (episode == 0 ? 0 : ends[episode - 1])..<ends[episode]
  }

  /// The column of this name; if there is none, an error that suggests the nearest and lists what there is.
  public func column(_ name: String) throws(DatasetError) -> Column {
    guard let column = columns.first(where: { $0.name == name }) else {
      throw DatasetError(
        .missing, path: path, place: "column \"\(name)\"", "there is none; \(name.hint(among: columns.map(\.name)))")
    }
    return column
  }

  /// Some of the episodes, in the order given.
  public func subset(_ episodes: [Int]) -> Episodes {
    let ranges = episodes.map(steps(of:))
    var end = 0
    let ends = ranges.map { range in
      end += range.count
      return end
    }
    let columns = self.columns.map { column in
      var values: [Float] = []
      values.reserveCapacity(end * column.width)
      for range in ranges {
        values.append(contentsOf: column.values[range.lowerBound * column.width..<range.upperBound * column.width])
      }
      return Column(name: column.name, shape: column.shape, values: values)
    }
    return Episodes(path: path, columns: columns, ends: ends)
  }

  /// Splits the episodes, never inside one, into those to train on and those to hold out; both keep the recorded order.
  ///
  /// - Parameters:
  ///   - fraction: of the episodes to hold out, 0 ..< 1, rounded to the nearest number; 0 holds none out.
  ///   - seed: decides which.
  public func split(heldOutFraction fraction: Double, seed: UInt64) -> (training: Episodes, heldOut: Episodes) {
    precondition((0..<1).contains(fraction), "a held-out fraction of \(fraction)")
    var generator = Philox(seed: seed, step: 0, sample: 0, stream: .split)
    let order = generator.permutation(of: count)
    // At least one episode stays to train on.
    let heldOut = min(Int((fraction * Double(count)).rounded()), count - 1)
    return (subset(order[heldOut...].sorted()), subset(order[..<heldOut].sorted()))
  }
}
