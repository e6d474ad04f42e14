/// Where episodes end, from whichever of these a data set has, tried in this order (names also below `meta/` and
/// `data/`):
///
/// 1. `episode_ends`: cumulative step counts, one per episode;
/// 2. `episode_ids`, `episode_id`, `episode_index`: a number per step; an episode ends where it changes;
/// 3. `terminals`, `timeouts`, `terminations`, `truncations`, `dones`, `done`: a flag per step; an episode ends where
///    any of them is set, and at the last step.
struct EpisodeRule {
  /// Names of the arrays that mark the episodes.
  let markers: [String]
  let ends: [Int]

  static let endsName = "episode_ends"
  static let idNames = ["episode_ids", "episode_id", "episode_index"]
  static let flagNames = ["terminals", "timeouts", "terminations", "truncations", "dones", "done"]

  init(_ source: some ArraySource) throws(DatasetError) {
    if let array = Self.find(Self.endsName, in: source) {
      markers = [array.name]
      ends = try Self.integers(array, in: source)
    } else if let array = Self.idNames.lazy.compactMap({ Self.find($0, in: source) }).first {
      markers = [array.name]
      let ids = try Self.integers(array, in: source)
      ends = ids.indices.filter { $0 == ids.count - 1 || ids[$0] != ids[$0 + 1] }.map { $0 + 1 }
    } else {
      let arrays = Self.flagNames.compactMap { Self.find($0, in: source) }
      guard let first = arrays.first else { throw Self.missing(source) }
      markers = arrays.map(\.name)
      var isEnd = [Bool](repeating: false, count: first.shape.first ?? 0)
      for array in arrays {
        let flags = try Self.integers(array, in: source)
        guard flags.count == isEnd.count else {
          throw DatasetError(
            .inconsistent, path: source.path, place: "array \"\(array.name)\"",
            "it has \(flags.count) steps, but \"\(first.name)\" has \(isEnd.count)")
        }
        for (step, flag) in flags.enumerated() where flag != 0 { isEnd[step] = true }
      }
      ends = isEnd.indices.filter { isEnd[$0] || $0 == isEnd.count - 1 }.map { $0 + 1 }
    }
  }

  private static func find(_ name: String, in source: some ArraySource) -> ArrayDescription? {
    source.arrays.first { [name, "meta/\(name)", "data/\(name)"].contains($0.name) }
  }

  private static func missing(_ source: some ArraySource) -> DatasetError {
    if let refusal = source.refusals.first(where: { $0.place?.contains(endsName) == true }) { return refusal }
    let names = source.arrays.map(\.name).joined(separator: ", ")
    return DatasetError(
      .missing, path: source.path,
      "nothing says where episodes end: there is no array "
        + "\(([endsName] + idNames + flagNames).joined(separator: ", ")); there are: \(names)")
  }

  /// A list of integers, or of [n, 1].
  private static func integers(_ array: ArrayDescription, in source: some ArraySource) throws(DatasetError) -> [Int] {
    let place = "array \"\(array.name)\""
    guard array.shape.count == 1 || array.shape.count == 2 && array.shape[1] == 1 else {
      throw DatasetError(
        .inconsistent, path: source.path, place: place, "its shape is \(array.shape), expected one number per entry")
    }
    var result: [Int] = []
    for (index, value) in try source.read(array).integers().enumerated() {
      guard let value, value >= Int64(Int32.min), value <= Int64(UInt32.max) else {
        throw DatasetError(
          .malformed, path: source.path, place: place, "entry \(index) is not an integer of a sensible size")
      }
      result.append(Int(value))
    }
    return result
  }
}
