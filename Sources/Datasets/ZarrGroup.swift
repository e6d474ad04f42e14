import Checkpoints

/// A Zarr version 2 group: a folder tree or a zip archive with `.zgroup`, `.zarray` and chunk entries.
package struct ZarrGroup: ArraySource {
  package let arrays: [ArrayDescription]
  package let refusals: [DatasetError]
  private let store: any ByteStore
  /// The folder of the group inside the store, with a slash at its end unless it is the root.
  private let prefix: String
  private let metadata: [String: ZarrMetadata]

  package var path: String { store.path }

  /// Opens the group at the root of a store, or in its only folder (a zip of a folder).
  package init(_ store: any ByteStore) throws(DatasetError) {
    let children = try store.children(of: "")
    if store.contains(".zgroup") {
      prefix = ""
    } else if store.contains("zarr.json") {
      throw DatasetError(
        .unsupported, path: store.path, "is Zarr version 3; this reader knows version 2 (zarr_format=2)")
    } else if let folder = children.first, children.count == 1, store.contains("\(folder)/.zgroup") {
      prefix = "\(folder)/"
    } else {
      let groups = children.filter { store.contains("\($0)/meta/.zgroup") || $0.contains(".zarr") }
      let hint = groups.isEmpty ? "" : "; give the path of one of: \(groups.joined(separator: ", "))"
      throw DatasetError(.missing, path: store.path, "holds no .zgroup, so it is not a Zarr version 2 group\(hint)")
    }
    self.store = store
    var found: [String: Result<ZarrMetadata, DatasetError>] = [:]
    try Self.checkGroup(store, prefix)
    try Self.collect(store, prefix, "", depth: 0, into: &found)
    var arrays: [ArrayDescription] = []
    var metadata: [String: ZarrMetadata] = [:]
    var refusals: [DatasetError] = []
    for (name, result) in found.sorted(by: { $0.key < $1.key }) {
      switch result {
      case .success(let array):
        arrays.append(.init(name: name, shape: array.shape, type: array.type))
        metadata[name] = array
      case .failure(let error): refusals.append(error)
      }
    }
    self.arrays = arrays
    self.metadata = metadata
    self.refusals = refusals
  }

  private static let metadataLimit = 1 << 20

  private static func checkGroup(_ store: any ByteStore, _ prefix: String) throws(DatasetError) {
    let place = "\(prefix).zgroup"
    let bytes = try store.read(place, limit: metadataLimit) ?? []
    guard try JSONValue(parsing: bytes, path: store.path, place: place)["zarr_format"] == .integer(2) else {
      throw DatasetError(.unsupported, path: store.path, place: place, "zarr_format is not 2")
    }
  }

  /// Finds the arrays below a folder; folders of arrays are not searched further.
  private static func collect(
    _ store: any ByteStore, _ prefix: String, _ folder: String, depth: Int,
    into found: inout [String: Result<ZarrMetadata, DatasetError>]
  ) throws(DatasetError) {
    guard depth <= 8 else { return }
    let root = String((prefix + folder).dropLast((prefix + folder).hasSuffix("/") ? 1 : 0))
    for child in try store.children(of: root) where !child.hasPrefix(".") {
      let name = folder + child
      let place = "\(prefix)\(name)/.zarray"
      if store.contains(place) {
        do throws(DatasetError) {
          let bytes = try store.read(place, limit: metadataLimit) ?? []
          found[name] = .success(try ZarrMetadata(parsing: bytes, path: store.path, place: place))
        } catch {
          found[name] = .failure(error)
        }
      } else if store.contains("\(prefix)\(name)/.zgroup") {
        try collect(store, prefix, name + "/", depth: depth + 1, into: &found)
      }
    }
  }

  package func attributes() throws(DatasetError) -> [JSONValue.Member] {
    var result: [JSONValue.Member] = []
    for folder in ["", "meta/", "data/"] {
      let place = "\(prefix)\(folder).zattrs"
      guard let bytes = try store.read(place, limit: Self.metadataLimit) else { continue }
      result += try JSONValue(parsing: bytes, path: path, place: place).members ?? []
    }
    return result
  }

  package func remarks(on array: ArrayDescription) throws(DatasetError) -> [String] {
    guard let metadata = metadata[array.name] else { return [] }
    let chunks = presentChunks(array.name, metadata)
    let total = chunks.present.count + chunks.absent.count
    return chunks.absent.isEmpty
      ? [] : ["\(chunks.absent.count) of \(total) chunks are absent and read as the fill value"]
  }

  package func read(_ array: ArrayDescription) throws(DatasetError) -> RawArray {
    guard let metadata = metadata[array.name] else {
      throw DatasetError(.missing, path: path, place: array.name, "there is no such array")
    }
    let size = metadata.shape.reduce(metadata.type.byteCount, *)
    let chunks = presentChunks(array.name, metadata)
    // A damaged shape must not ask for memory that nothing would fill.
    guard size <= 1 << 28 || chunks.present.count >= chunks.absent.count else {
      throw DatasetError(
        .inconsistent, path: path, place: array.name,
        "of the \(metadata.grid.reduce(1, *)) chunks that the shape \(metadata.shape) needs, "
          + "only \(chunks.present.count) exist"
      )
    }
    if let absent = chunks.absent.first, metadata.fill == nil {
      throw DatasetError(
        .missing, path: path, place: absent, "the chunk is absent and the array has no fill value")
    }
    let fill = metadata.fill ?? []
    var bytes =
      fill.allSatisfy { $0 == 0 }
      ? [UInt8](repeating: 0, count: size) : Array(repeatElement(fill, count: size / fill.count).joined())
    for (key, index) in chunks.present {
      ChunkCopy(index: index, metadata).run(try chunk(key, metadata), into: &bytes)
    }
    return RawArray(shape: metadata.shape, type: metadata.type, bytes: bytes)
  }

  /// The keys of an array's chunks; with their place in the grid where they exist.
  private func presentChunks(
    _ name: String, _ metadata: ZarrMetadata
  ) -> (present: [(key: String, index: [Int])], absent: [String]) {
    var present: [(key: String, index: [Int])] = []
    var absent: [String] = []
    forEachChunk(of: metadata.grid) { index in
      let position = index.isEmpty ? "0" : index.map(String.init).joined(separator: metadata.separator)
      let key = "\(prefix)\(name)/\(position)"
      if store.contains(key) { present.append((key, index)) } else { absent.append(key) }
    }
    return (present, absent)
  }

  /// One chunk's bytes in C order.
  private func chunk(_ key: String, _ metadata: ZarrMetadata) throws(DatasetError) -> [UInt8] {
    let count = metadata.chunkBytes
    // Blosc adds a header and at most a few bytes per block to what cannot be compressed.
    guard let stored = try store.read(key, limit: count + count / 64 + 4096) else {
      throw DatasetError(.file, path: path, place: key, "the chunk has disappeared")
    }
    let bytes: [UInt8]
    switch metadata.compressor {
    case .none:
      guard stored.count == count else {
        throw DatasetError(
          stored.count < count ? .truncated : .inconsistent, path: path, place: key,
          "has \(stored.count) bytes, but a chunk has \(count)")
      }
      bytes = stored
    case .blosc:
      do {
        bytes = try Blosc.decompress(stored, count: count)
      } catch {
        throw DatasetError(error.kind, path: path, place: key, error.problem)
      }
    }
    return metadata.isFortranOrder
      ? RawArray.reorderedFromFortran(bytes, shape: metadata.chunks, elementSize: metadata.type.byteCount) : bytes
  }
}

/// Calls `body` with the index of every chunk of a grid, the last axis fastest; a grid without axes has one chunk.
private func forEachChunk(of grid: [Int], _ body: ([Int]) -> Void) {
  guard grid.allSatisfy({ $0 > 0 }) else { return }
  var index = [Int](repeating: 0, count: grid.count)
  while true {
    body(index)
    var axis = grid.count - 1
    while axis >= 0 {
      index[axis] += 1
      if index[axis] < grid[axis] { break }
      index[axis] = 0
      axis -= 1
    }
    if axis < 0 { return }
  }
}
