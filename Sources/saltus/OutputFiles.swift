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
}
