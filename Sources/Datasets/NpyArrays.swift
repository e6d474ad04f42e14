import Checkpoints
import Foundation

/// The arrays of an .npz archive (a zip of .npy files), or the one of a single .npy file.
///
/// Python objects are refused by name and never unpickled.
package struct NpyArrays: ArraySource {
  package let path: String
  package let arrays: [ArrayDescription]
  package let refusals: [DatasetError]
  /// nil: `path` is a single .npy file.
  private let archive: ZipStore?

  /// Opens an .npz archive and reads the headers of its arrays.
  package init(npz path: String) throws(DatasetError) {
    let archive = try ZipStore(path)
    self.archive = archive
    self.path = path
    var arrays: [ArrayDescription] = []
    var refusals: [DatasetError] = []
    for key in archive.keys where key.hasSuffix(".npy") {
      let name = String(key.dropLast(4))
      do throws(DatasetError) {
        let header = try Self.header(try Self.bytes(archive, name), path: path, name)
        arrays.append(ArrayDescription(name: name, shape: header.shape, type: header.type))
      } catch {
        refusals.append(error)
      }
    }
    guard !arrays.isEmpty || !refusals.isEmpty else {
      throw DatasetError(.missing, path: path, "the archive holds no .npy array")
    }
    self.arrays = arrays
    self.refusals = refusals
  }

  /// Opens a single .npy file; its array is named like the file.
  package init(npy path: String) throws(DatasetError) {
    self.path = path
    archive = nil
    let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    let header = try Self.header(try Self.file(path, name), path: path, name)
    arrays = [ArrayDescription(name: name, shape: header.shape, type: header.type)]
    refusals = []
  }

  package func read(_ array: ArrayDescription) throws(DatasetError) -> RawArray {
    let bytes = if let archive { try Self.bytes(archive, array.name) } else { try Self.file(path, array.name) }
    let header = try Self.header(bytes, path: path, array.name)
    do {
      return try header.array(from: bytes)
    } catch {
      throw DatasetError(error.kind, path: path, place: Self.place(array.name), error.problem)
    }
  }

  package func attributes() throws(DatasetError) -> [JSONValue.Member] { [] }

  package func remarks(on array: ArrayDescription) throws(DatasetError) -> [String] { [] }

  private static func place(_ name: String) -> String { "array \"\(name)\"" }

  private static func header(_ bytes: [UInt8], path: String, _ name: String) throws(DatasetError) -> NpyHeader {
    do {
      return try NpyHeader(parsing: bytes)
    } catch {
      throw DatasetError(error.kind, path: path, place: place(name), error.problem)
    }
  }

  private static func bytes(_ archive: ZipStore, _ name: String) throws(DatasetError) -> [UInt8] {
    try archive.read("\(name).npy", limit: maximumArrayBytes) ?? []
  }

  private static func file(_ path: String, _ name: String) throws(DatasetError) -> [UInt8] {
    let bytes = try FolderStore.read(path, limit: maximumArrayBytes) { (kind, problem) in
      DatasetError(kind, path: path, problem)
    }
    guard let bytes else { throw DatasetError(.file, path: path, "there is no such file") }
    return bytes
  }
}
