import Foundation

/// Writes files that are either the old one or the new one, complete, at every moment.
public enum AtomicFile {
  /// Writes beside the target, flushes to the disk and renames; missing folders are made. What is no regular file
  /// (`/dev/stdout`, a pipe) is written straight to.
  ///
  /// - Throws: `CommandFailure` with the path and the system's reason; the target is then as it was.
  public static func write(_ bytes: Data, to path: String) throws(CommandFailure) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      try write(bytes, into: path, flags: O_WRONLY, target: path)
      return
    }
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw CommandFailure("\(path): the folder \(folder) cannot be made")
      }
    }
    let temporary = "\(path).tmp-\(getpid())"
    do throws(CommandFailure) {
      try write(bytes, into: temporary, flags: O_WRONLY | O_CREAT | O_TRUNC, target: path)
      guard rename(temporary, path) == 0 else { throw failure(path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private static func write(
    _ bytes: Data, into path: String, flags: Int32, target: String
  ) throws(CommandFailure) {
    let descriptor = open(path, flags, 0o644)
    guard descriptor >= 0 else { throw failure(target) }
    let isWritten = bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let count = Foundation.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
        if count < 0, errno != EINTR { return false }
        offset += max(0, count)
      }
      // Pipes and terminals have nothing to flush and say EINVAL.
      return fsync(descriptor) == 0 || errno == EINVAL
    }
    let reason = isWritten ? nil : failure(target)
    close(descriptor)
    if let reason { throw reason }
  }

  private static func failure(_ path: String) -> CommandFailure {
    CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
  }
}
