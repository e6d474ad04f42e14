import CZip
import Synchronization

/// A zip archive as a byte store, through libzip.
///
/// One entry is read at a time, whatever the number of threads: libzip's handle is not thread-safe.
package final class ZipStore: ByteStore {
  package let path: String
  private let archive: Mutex<Archive>
  /// Keys of all files, by the archive's own index.
  private let indices: [String: UInt64]

  private struct Archive: @unchecked Sendable { let handle: OpaquePointer }

  package init(_ path: String) throws(DatasetError) {
    var code: Int32 = 0
    guard let handle = zip_open(path, ZIP_RDONLY, &code) else {
      var error = zip_error_t()
      zip_error_init_with_code(&error, code)
      defer { zip_error_fini(&error) }
      throw DatasetError(
        code == ZIP_ER_NOENT || code == ZIP_ER_OPEN ? .file : .malformed, path: path,
        "cannot be opened as a zip archive: \(String(cString: zip_error_strerror(&error)))")
    }
    var indices: [String: UInt64] = [:]
    var duplicate: String?
    for index in 0..<UInt64(max(0, zip_get_num_entries(handle, 0))) {
      guard let name = zip_get_name(handle, index, 0).map({ String(cString: $0) }), !name.hasSuffix("/") else {
        continue
      }
      if indices.updateValue(index, forKey: name) != nil { duplicate = name }
    }
    if let duplicate {
      zip_discard(handle)
      throw DatasetError(.malformed, path: path, place: duplicate, "occurs twice in the archive")
    }
    self.path = path
    self.indices = indices
    archive = Mutex(Archive(handle: handle))
  }

  deinit { archive.withLock { zip_discard($0.handle) } }

  /// All keys, sorted.
  package var keys: [String] { indices.keys.sorted() }

  package func children(of folder: String) throws(DatasetError) -> [String] {
    let prefix = folder.isEmpty ? "" : "\(folder)/"
    let names = indices.keys.filter { $0.hasPrefix(prefix) }.map { key in
      String(key.dropFirst(prefix.count).prefix { $0 != "/" })
    }
    return Set(names).filter { !$0.isEmpty }.sorted()
  }

  package func contains(_ key: String) -> Bool { indices[key] != nil }

  package func read(_ key: String, limit: Int) throws(DatasetError) -> [UInt8]? {
    guard let index = indices[key] else { return nil }
    return try archive.withLock { (archive) throws(DatasetError) in
      try read(key, at: index, from: archive.handle, limit: limit)
    }
  }

  private func read(
    _ key: String, at index: UInt64, from handle: OpaquePointer, limit: Int
  ) throws(DatasetError) -> [UInt8] {
    var status = zip_stat_t()
    guard zip_stat_index(handle, index, 0, &status) == 0, let size = Int(exactly: status.size) else {
      throw DatasetError(.malformed, path: path, place: key, "has no readable directory entry in the archive")
    }
    guard size <= limit else {
      throw DatasetError(.malformed, path: path, place: key, "unpacks to \(size) bytes; at most \(limit) were expected")
    }
    guard let file = zip_fopen_index(handle, index, 0) else {
      throw DatasetError(
        .malformed, path: path, place: key,
        "cannot be opened: \(String(cString: zip_error_strerror(zip_get_error(handle))))")
    }
    defer { zip_fclose(file) }
    // The size is only a claim: memory grows with what is really there. The read past the end makes libzip compare
    // the checksum.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(size, 1 << 24))
    let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
    defer { piece.deallocate() }
    while true {
      let count = zip_fread(file, piece.baseAddress!, UInt64(piece.count))
      guard count >= 0 else {
        throw DatasetError(
          .malformed, path: path, place: key,
          "is damaged: \(String(cString: zip_error_strerror(zip_file_get_error(file))))")
      }
      if count == 0 { break }
      guard bytes.count + Int(count) <= size else {
        throw DatasetError(
          .malformed, path: path, place: key, "unpacks to more than the \(size) bytes the archive says")
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: piece[..<Int(count)]))
    }
    guard bytes.count == size else {
      throw DatasetError(
        .truncated, path: path, place: key, "unpacks to \(bytes.count) bytes; the archive says \(size)")
    }
    return bytes
  }
}
