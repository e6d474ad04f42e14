import Checkpoints
import Foundation
import Support

/// Recorded data in one of the formats this engine reads, opened: names, shapes and types are known, numbers are read
/// when asked for.
///
/// - Zarr version 2 (a folder, or a .zip of one), in diffusion_policy's replay layout: `data/<column>`,
///   `meta/episode_ends`.
/// - .npz: one array per column; arrays with one row per episode instead of per step are not columns.
/// - .npy: a single array, for `DatasetDescription`; it has no episodes.
///
/// Where episodes end follows the rule of `EpisodeRule`.
public struct DatasetFile: Sendable {
  public enum Format: String, Sendable, Codable {
    case zarrFolder = "Zarr v2 folder"
    case zarrZip = "Zarr v2 zip"
    case npz = "npz"
    case npy = "npy"
  }

  public let path: String
  public let format: Format
  package let source: any ArraySource

  /// Opens a file or folder; the format follows from what it is, not from its name alone.
  public init(_ url: URL) throws(DatasetError) {
    path = url.path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw DatasetError(.file, path: path, "there is no such file or folder")
    }
    if isFolder.boolValue {
      format = .zarrFolder
      source = try ZarrGroup(FolderStore(path))
      return
    }
    switch url.pathExtension.lowercased() {
    case "npz":
      format = .npz
      source = try NpyArrays(npz: path)
    case "zip":
      format = .zarrZip
      source = try ZarrGroup(try ZipStore(path))
    case "npy":
      format = .npy
      source = try NpyArrays(npy: path)
    default:
      throw DatasetError(
        .unsupported, path: path, "unknown format; known: a Zarr v2 folder, .zip (of a Zarr v2 folder), .npz, .npy")
    }
  }

  /// Names of the arrays that mark episodes, and the ends, unchecked.
  func episodeRule() throws(DatasetError) -> EpisodeRule { try EpisodeRule(source) }

  /// A column's name for an array: `data/action` is `action`.
  static func columnName(_ array: String) -> String {
    array.hasPrefix("data/") ? String(array.dropFirst("data/".count)) : array
  }

  /// Whether an array is an image per step: three or more axes besides time. Those are read only when named.
  static func isImage(_ array: ArrayDescription) -> Bool { array.shape.count >= 4 }

  /// The arrays that are columns of the episodes.
  func columns(_ rule: EpisodeRule) -> [ArrayDescription] {
    let steps = rule.ends.last ?? 0
    return source.arrays.filter { array in
      guard !rule.markers.contains(array.name), !array.name.hasPrefix("meta/"), let length = array.shape.first else {
        return false
      }
      return length == steps || length != rule.ends.count || array.name.hasPrefix("data/")
    }
  }

  /// Reads episodes.
  ///
  /// - Parameter names: the columns to read; nil reads all but images.
  /// - Returns: checked episodes; see `Episodes.init`.
  public func episodes(columns names: [String]? = nil) throws(DatasetError) -> Episodes {
    let rule = try episodeRule()
    if let problem = Episodes.problems(withEnds: rule.ends).first {
      throw DatasetError(.inconsistent, path: path, place: "array \"\(rule.markers[0])\"", problem)
    }
    let known = columns(rule)
    var selected: [ArrayDescription] = []
    if let names {
      for name in names { selected.append(try column(name, among: known)) }
    } else {
      if let refusal = source.refusals.first { throw refusal }
      selected = known.filter { !Self.isImage($0) }
    }
    var columns: [Episodes.Column] = []
    for array in selected {
      let name = Self.columnName(array.name)
      guard array.shape[0] == rule.ends.last else {
        throw DatasetError(
          .inconsistent, path: path, place: "column \"\(name)\"",
          "it has \(array.shape[0]) steps, but the last episode ends at step \(rule.ends.last ?? 0)")
      }
      let values = try source.read(array).floats()
      columns.append(Episodes.Column(name: name, shape: Array(array.shape.dropFirst()), values: values))
    }
    return try Episodes(columns: columns, ends: rule.ends, path: path)
  }

  /// What deserves a warning though the columns can be read, such as chunks that are absent and stand for the fill
  /// value: meant so by Zarr, but also what an interrupted download looks like.
  public func remarks(columns names: [String]) throws(DatasetError) -> [String] {
    let known = columns(try episodeRule())
    var remarks: [String] = []
    for name in names {
      let array = try column(name, among: known)
      remarks += try source.remarks(on: array).map { "\(path): column \"\(name)\": \($0)" }
    }
    return remarks
  }

  private func column(_ name: String, among known: [ArrayDescription]) throws(DatasetError) -> ArrayDescription {
    if let array = known.first(where: { Self.columnName($0.name) == name }) { return array }
    let isRefused = { (error: DatasetError) in
      [name, "data/\(name)/.zarray", "array \"\(name)\""].contains { error.place?.hasSuffix($0) == true }
    }
    if let refusal = source.refusals.first(where: isRefused) { throw refusal }
    throw DatasetError(
      .missing, path: path, place: "column \"\(name)\"",
      "there is none; \(name.hint(among: known.map { Self.columnName($0.name) }))")
  }
}
