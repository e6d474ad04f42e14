import Foundation

/// A file that appears under its name only when it is complete and on the disk.
///
/// The content goes to `NAME.tmp-PID` in the same folder, which is flushed, renamed over `NAME`, and made durable by
/// flushing the folder. A process killed at any moment leaves the old file or the new one, and perhaps a temporary; those
/// of dead processes are removed by the next write of the same name.
package struct AtomicFile: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isOpen = true

  /// Writes a file through `body` and puts it in place; on any error the old file, if there is one, stays as it is.
  package static func write(
    _ url: URL, _ body: (borrowing AtomicFile) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    removeLeftovers(of: url)
    var file = try AtomicFile(url.path)
    try body(file)
    try file.commit()
  }

  private init(_ path: String) throws(CheckpointError) {
    self.path = path
    temporary = "\(path).tmp-\(getpid())"
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
    let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    // Some file systems cannot flush folders; the rename has happened all the same.
    fsync(folder)
    close(folder)
  }

  /// Removes temporaries of this name that processes left which no longer exist.
  private static func removeLeftovers(of url: URL) {
    let folder = url.deletingLastPathComponent().path
    let prefix = "\(url.lastPathComponent).tmp-"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(prefix) {
      guard let process = pid_t(name.dropFirst(prefix.count)), process > 0 else { continue }
      if kill(process, 0) != 0 && errno == ESRCH { unlink("\(folder)/\(name)") }
    }
  }
}
