import Foundation

/// A file that appears under its name only when it is complete and on the disk.
///
/// The content goes to `NAME.tmp-PID` in the same folder, which is flushed, renamed over `NAME`, and made durable by
/// flushing the folder. A process killed at any moment leaves the old file or the new one, and perhaps a temporary;
/// those of dead processes are removed by the next write of the same name.
package struct AtomicFile: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isOpen = true

  /// Writes a file through `body` and puts it in place; on any error the old file, if there is one, stays as it is.
  package static func write(
    _ url: URL, _ body: (borrowing AtomicFile) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    TemporaryName.removeLeftovers(of: url)
    var file = try AtomicFile(url.path)
    try body(file)
    try file.commit()
  }

  private init(_ path: String) throws(CheckpointError) {
    self.path = path
    temporary = TemporaryName.path(for: path)
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CheckpointError(.file, path: temporary, "cannot be created: \(systemMessage())")
    }
  }

  deinit {
    if isOpen {
      close(descriptor)
      unlink(temporary)
    }
  }

  /// Appends bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var done = 0
    while done < bytes.count {
      let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw CheckpointError(.file, path: temporary, "cannot be written: \(systemMessage())") }
      done += count
    }
  }

  /// Appends an array's memory.
  package func write<Element: BitwiseCopyable>(_ values: [Element]) throws(CheckpointError) {
    try values.withUnsafeBufferPointer { (buffer) throws(CheckpointError) in try write(UnsafeRawBufferPointer(buffer)) }
  }

  private mutating func commit() throws(CheckpointError) {
    guard fsync(descriptor) == 0 else {
      throw CheckpointError(.file, path: temporary, "cannot be flushed: \(systemMessage())")
    }
    guard rename(temporary, path) == 0 else {
      throw CheckpointError(.file, path: path, "cannot be replaced by \(temporary): \(systemMessage())")
    }
    close(descriptor)
    isOpen = false
    TemporaryName.flushFolder(of: path)
  }
}
