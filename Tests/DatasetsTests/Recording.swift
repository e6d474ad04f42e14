import Datasets
import Foundation

/// A small recording that tests write and then damage.
struct Recording {
  let url: URL

  static let columns: [EpisodesWriter.Column] = [
    .init(name: "action", shape: [2]), .init(name: "keypoint", shape: [9, 2]), .init(name: "time", shape: []),
  ]
  static let lengths = [30, 1, 45, 24]

  /// The values of a column over all 100 steps, different everywhere.
  static func values(_ column: EpisodesWriter.Column) -> [Float] {
    let width = column.shape.reduce(1, *)
    return (0..<100 * width).map { Float($0) * 0.5 + Float(width) }
  }

  /// Writes the recording in chunks of 16 steps.
  init(in folder: URL, name: String = "recording.zarr") throws {
    url = folder.appendingPathComponent(name)
    let writer = try EpisodesWriter(url, columns: Self.columns, rate: 10, chunkSteps: 16)
    var start = 0
    for length in Self.lengths {
      var episode: [String: [Float]] = [:]
      for column in Self.columns {
        let width = column.shape.reduce(1, *)
        episode[column.name] = Array(Self.values(column)[start * width..<(start + length) * width])
      }
      try writer.append(episode)
      start += length
    }
    try writer.finish()
  }

  func file(_ place: String) -> URL { url.appendingPathComponent(place) }

  func bytes(_ place: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: file(place))) }

  func write(_ bytes: [UInt8], to place: String) throws { try Data(bytes).write(to: file(place)) }

  /// Replaces text in a description.
  func replace(_ old: String, with new: String, in place: String) throws {
    let text = try String(contentsOf: file(place), encoding: .utf8)
    try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: file(place))
  }
}
