import Checkpoints
import Foundation
import Support

/// Records episodes into a new Zarr version 2 folder, in diffusion_policy's replay layout: `data/<column>` as Float32,
/// and `meta/episode_ends`.
///
/// Chunks are packed with Blosc (zstd, bit shuffle) as they fill up. The folder appears under its name only when
/// `finish` has written everything; a writer that is dropped before leaves nothing.
public final class EpisodesWriter {
  /// What is recorded at every step.
  public struct Column: Sendable, Equatable {
    public let name: String
    /// Of one step, such as [9, 2]; empty for a single number.
    public let shape: [Int]
    var width: Int { shape.reduce(1, *) }

    public init(name: String, shape: [Int]) {
      self.name = name
      self.shape = shape
    }
  }

  public let columns: [Column]
  /// Where each episode recorded so far ends, in steps.
  public private(set) var ends: [Int] = []
  private let url: URL
  private let temporary: URL
  private let chunkSteps: Int
  private let attributes: [String: Double]
  /// Per column: what does not fill a chunk yet.
  private var pending: [[Float]]
  private var chunkCount = 0
  private var isFinished = false

  /// - Parameters:
  ///   - url: the folder to write; there must be nothing of that name.
  ///   - rate: steps per second, stored as the attribute `rate_hz`; nil if unknown.
  ///   - chunkSteps: steps per chunk.
  public init(
    _ url: URL, columns: [Column], rate: Double? = nil, chunkSteps: Int = 1024
  ) throws(DatasetError) {
    precondition(
      !columns.isEmpty && chunkSteps > 0, "a recording of \(columns.count) columns, \(chunkSteps) steps per chunk")
    precondition(Set(columns.map(\.name)).count == columns.count, "two columns have the same name")
    precondition(
      columns.allSatisfy { !$0.name.isEmpty && !$0.name.contains("/") && !$0.name.hasPrefix(".") && $0.width > 0 },
      "a column's name is empty, begins with a dot or contains a slash, or its shape is empty")
    self.url = url
    self.columns = columns
    self.chunkSteps = chunkSteps
    attributes = rate.map { ["rate_hz": $0] } ?? [:]
    temporary = URL(fileURLWithPath: TemporaryName.path(for: url.path))
    pending = columns.map { _ in [] }
    guard !FileManager.default.fileExists(atPath: url.path) else {
      throw DatasetError(.file, path: url.path, "already exists; remove it or choose another name")
    }
    TemporaryName.removeLeftovers(of: url)
    try? FileManager.default.removeItem(at: temporary)
    for folder in columns.map({ "data/\($0.name)" }) + ["meta/episode_ends"] {
      do {
        try FileManager.default.createDirectory(
          at: temporary.appendingPathComponent(folder), withIntermediateDirectories: true)
      } catch {
        throw DatasetError(.file, path: temporary.path, place: folder, "the folder cannot be created")
      }
    }
  }

  deinit {
    if !isFinished { try? FileManager.default.removeItem(at: temporary) }
  }

  /// Appends one episode: for every column its values, [steps × width], with at least one step and finite numbers.
  public func append(_ episode: [String: [Float]]) throws(DatasetError) {
    precondition(!isFinished, "an episode was appended after finish()")
    let steps = (episode[columns[0].name]?.count ?? 0) / columns[0].width
    let parts = try columns.map { (column) throws(DatasetError) in
      Episodes.Column(name: column.name, shape: column.shape, values: try values(of: column, in: episode))
    }
    if let extra = episode.keys.sorted().first(where: { name in !columns.contains { $0.name == name } }) {
      throw failure(.missing, extra, "is not recorded; \(extra.hint(among: columns.map(\.name)))")
    }
    do {
      _ = try Episodes(columns: parts, ends: [steps], path: url.path)
    } catch {
      throw DatasetError(error.kind, path: url.path, place: "episode \(ends.count)", error.summary)
    }
    for (index, part) in parts.enumerated() { pending[index] += part.values }
    ends.append((ends.last ?? 0) + steps)
    while pending[0].count >= chunkSteps * columns[0].width { try writeChunk() }
  }

  private func failure(_ kind: DatasetError.Kind, _ column: String, _ problem: String) -> DatasetError {
    DatasetError(kind, path: url.path, place: "episode \(ends.count), column \"\(column)\"", problem)
  }

  private func values(of column: Column, in episode: [String: [Float]]) throws(DatasetError) -> [Float] {
    guard let values = episode[column.name] else {
      throw failure(.missing, column.name, "there is none; \(column.name.hint(among: Array(episode.keys)))")
    }
    guard values.count % column.width == 0 else {
      throw failure(.inconsistent, column.name, "\(values.count) numbers are not steps of \(column.width)")
    }
    return values
  }

  /// Writes what is pending and the descriptions, and gives the folder its name.
  ///
  /// Throws if no episode was appended.
  public func finish() throws(DatasetError) {
    precondition(!isFinished, "finish() was called twice")
    guard let steps = ends.last else { throw DatasetError(.missing, path: url.path, "no episode was recorded") }
    if !pending[0].isEmpty { try writeChunk() }
    for column in columns {
      try write(
        zarray(shape: [steps] + column.shape, chunks: [chunkSteps] + column.shape, .float32),
        to: "data/\(column.name)/.zarray")
    }
    try write(zarray(shape: [ends.count], chunks: [ends.count], .int64), to: "meta/episode_ends/.zarray")
    try write(Self.compressed(ends.map { Int64($0) }), to: "meta/episode_ends/0")
    let members = attributes.sorted { $0.key < $1.key }.map { "\(JSONValue.quoted($0.key)): \($0.value)" }
    try write("{\(members.joined(separator: ", "))}", to: ".zattrs")
    for folder in ["data/", "meta/", ""] { try write(#"{"zarr_format": 2}"#, to: "\(folder).zgroup") }
    guard rename(temporary.path, url.path) == 0 else {
      throw DatasetError(.file, path: url.path, "cannot be put in place: \(String(cString: strerror(errno)))")
    }
    TemporaryName.flushFolder(of: url.path)
    isFinished = true
  }

  /// Writes the first pending chunk of every column; the last one of a recording is filled up with zeros.
  private func writeChunk() throws(DatasetError) {
    for (index, column) in columns.enumerated() {
      let size = chunkSteps * column.width
      var chunk = Array(pending[index].prefix(size))
      chunk.append(contentsOf: repeatElement(0, count: size - chunk.count))
      pending[index].removeFirst(min(size, pending[index].count))
      let position = ([chunkCount] + column.shape.map { _ in 0 }).map(String.init).joined(separator: ".")
      try write(Self.compressed(chunk), to: "data/\(column.name)/\(position)")
    }
    chunkCount += 1
  }

  private static func compressed<Element: BitwiseCopyable>(_ values: [Element]) -> [UInt8] {
    values.withUnsafeBytes { Blosc.compress($0, elementSize: MemoryLayout<Element>.size) }
  }

  private func zarray(shape: [Int], chunks: [Int], _ type: ElementType) -> String {
    """
    {"chunks": \(chunks), "compressor": {"blocksize": 0, "clevel": 5, "cname": "zstd", "id": "blosc", "shuffle": 2}, \
    "dtype": "\(type.name)", "fill_value": 0, "filters": null, "order": "C", "shape": \(shape), "zarr_format": 2}
    """
  }

  private func write(_ text: String, to place: String) throws(DatasetError) { try write(Array(text.utf8), to: place) }

  private func write(_ bytes: [UInt8], to place: String) throws(DatasetError) {
    do {
      try AtomicFile.write(temporary.appendingPathComponent(place)) { (file) throws(FileError) in
        try file.write(bytes)
      }
    } catch {
      throw DatasetError(.file, path: url.path, place: place, error.problem)
    }
  }
}
