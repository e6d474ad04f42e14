import Charts
import Foundation
import Support

/// Files that a command is going to write: what cannot be written is said before the work.
enum OutputFiles {
  /// Makes missing folders, and tries whether files can be made in them.
  static func prepare(_ paths: String?...) throws(FileError) {
    for path in paths {
      if let path { try AtomicFile.prepare(path) }
    }
  }

  /// - Throws: `ChartError` for a name that ends in no format of pictures.
  static func checkPicture(_ path: String?) throws(ChartError) {
    guard let path, !["png", "svg"].contains((path as NSString).pathExtension.lowercased()) else { return }
    throw .unknownFormat(path: path)
  }
}
