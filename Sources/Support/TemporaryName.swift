import Foundation

/// Names under which files and folders are written until they are complete: `NAME.tmp-PID`, beside the final `NAME`.
package enum TemporaryName {
  package static func path(for path: String) -> String { "\(path).tmp-\(getpid())" }

  /// Removes temporaries of this name that were left by processes which no longer exist.
  package static func removeLeftovers(of url: URL) {
    let folder = url.deletingLastPathComponent().path
    let prefix = "\(url.lastPathComponent).tmp-"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(prefix) {
      guard let process = pid_t(name.dropFirst(prefix.count)), process > 0 else { continue }
      if kill(process, 0) != 0 && errno == ESRCH { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
    }
  }

  /// Makes a rename durable by flushing the folder in which `path` lies.
  package static func flushFolder(of path: String) {
    let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    // Some file systems cannot flush folders; the rename has happened all the same.
    fsync(folder)
    close(folder)
  }
}
