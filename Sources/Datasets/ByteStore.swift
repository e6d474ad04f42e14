import Foundation

/// A tree of named byte strings: a folder, or a zip archive.
package protocol ByteStore: Sendable {
  /// The folder or file, for messages.
  var path: String { get }
  /// The names directly below a folder, sorted; `""` is the root.
  func children(of folder: String) throws(DatasetError) -> [String]
  /// Whether there is a byte string under this key.
  func contains(_ key: String) -> Bool
  /// The bytes under a key such as `data/action/3.0`, or nil if there are none.
  ///
  /// - Parameter limit: more bytes than this are an error, before they take memory.
  func read(_ key: String, limit: Int) throws(DatasetError) -> [UInt8]?
}

/// A folder as a byte store.
package struct FolderStore: ByteStore {
  package let path: String

  package init(_ path: String) { self.path = path }

  private func location(_ key: String) -> String { key.isEmpty ? path : "\(path)/\(key)" }

  package func children(of folder: String) throws(DatasetError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: location(folder)).sorted()
    } catch {
      throw DatasetError(.file, path: path, place: folder.isEmpty ? nil : folder, "cannot be listed")
    }
  }

  package func contains(_ key: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: location(key), isDirectory: &isFolder) && !isFolder.boolValue
  }

  package func read(_ key: String, limit: Int) throws(DatasetError) -> [UInt8]? {
    try Self.read(location(key), limit: limit) { (kind, problem) in
      DatasetError(kind, path: path, place: key, problem)
    }
  }

  /// A whole file, or nil if there is none; errors are made by `failure`.
  static func read(
    _ path: String, limit: Int, failure: (DatasetError.Kind, String) -> DatasetError
  ) throws(DatasetError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure(.file, "cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw failure(.file, "is not a regular file")
    }
    let size = Int(status.st_size)
    guard size <= limit else { throw failure(.malformed, "has \(size) bytes; at most \(limit) were expected") }
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, done in
      while done < size {
        let count = Foundation.read(descriptor, buffer.baseAddress! + done, size - done)
        if count < 0 && errno == EINTR { continue }
        failed = count < 0
        guard count > 0 else { return }
        done += count
      }
    }
    guard !failed else { throw failure(.file, "cannot be read: \(String(cString: strerror(errno)))") }
    return bytes
  }
}
