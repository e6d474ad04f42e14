import Foundation

/// A file that appears under its name only when it is complete and on the disk.
///
/// The content goes to `NAME.tmp-PID` in the same folder, which is flushed, renamed over `NAME`, and made durable by
/// flushing the folder. A process killed at any moment leaves the old file or the new one, and perhaps a temporary;
/// those of dead processes are removed by the next write of the same name.
package struct AtomicFile: ~Copyable {
  private let path: String
  /// nil: `path` is no regular file and is written straight to.
  private let temporary: String?
  private let descriptor: Int32
  private var isOpen = true

  /// Writes a file through `body` and puts it in place; on any error the old file, if there is one, stays as it is.
  package static func write(
    _ url: URL, _ body: (borrowing AtomicFile) throws(FileError) -> Void
  ) throws(FileError) {
    if isSpecial(url.path) { return try body(AtomicFile(special: url.path)) }
    // A link stays a link: what it points to is replaced.
    let url = url.resolvingSymlinksInPath()
    TemporaryName.removeLeftovers(of: url)
    var file = try AtomicFile(url.path)
    try body(file)
    try file.commit()
  }

  /// Devices, pipes and descriptors (`/dev/stdout`) have no old content to keep: they are written straight to.
  private static func isSpecial(_ path: String) -> Bool {
    var target = path
    if let link = try? FileManager.default.destinationOfSymbolicLink(atPath: path), link.hasPrefix("/") {
      target = link
    }
    if path.hasPrefix("/dev/") || target.hasPrefix("/dev/") || target.hasPrefix("/proc/") { return true }
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
  }

  /// Writes bytes, making the folder if it is missing.
  package static func write(_ bytes: some Collection<UInt8>, to path: String) throws(FileError) {
    let bytes = Array(bytes)
    try makeFolder(of: path)
    try write(URL(fileURLWithPath: path)) { (file) throws(FileError) in try file.write(bytes) }
  }

  /// Makes sure that a file can be written, making its folder if it is missing; the file itself stays as it is.
  package static func prepare(_ path: String) throws(FileError) {
    try makeFolder(of: path)
    if isSpecial(path) { return }
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    var status = stat()
    if stat(target, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
      throw FileError(path: path, "is a folder")
    }
    let temporary = TemporaryName.path(for: target)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path: path, "cannot be written: \(systemMessage())") }
    close(descriptor)
    unlink(temporary)
  }

  private static func makeFolder(of path: String) throws(FileError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(path: path, "the folder \(folder.path) cannot be made")
    }
  }

  private init(special path: String) throws(FileError) {
    self.path = path
    temporary = nil
    descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, "cannot be opened: \(systemMessage())") }
  }

  private init(_ path: String) throws(FileError) {
    self.path = path
    let temporary = TemporaryName.path(for: path)
    self.temporary = temporary
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileError(path: temporary, "cannot be created: \(systemMessage())")
    }
  }

  deinit {
    if isOpen {
      close(descriptor)
      if let temporary { unlink(temporary) }
    }
  }

  /// Appends bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileError(path: temporary ?? path, "cannot be written: \(systemMessage())") }
      done += count
    }
  }

  /// Appends an array's memory.
  package func write<Element: BitwiseCopyable>(_ values: [Element]) throws(FileError) {
    try values.withUnsafeBufferPointer { (buffer) throws(FileError) in try write(UnsafeRawBufferPointer(buffer)) }
  }

  private mutating func commit() throws(FileError) {
    guard let temporary else { return }
    guard fsync(descriptor) == 0 else {
      throw FileError(path: temporary, "cannot be flushed: \(systemMessage())")
    }
    guard rename(temporary, path) == 0 else {
      throw FileError(path: path, "cannot be replaced by \(temporary): \(systemMessage())")
    }
    close(descriptor)
    isOpen = false
    TemporaryName.flushFolder(of: path)
  }
}

/// The system refused something that was asked of a file.
package struct FileError: Error, Equatable, CustomStringConvertible {
  package let path: String
  package let problem: String

  package init(path: String, _ problem: String) {
    self.path = path
    self.problem = problem
  }

  package var description: String { "\(path): \(problem)" }
}

/// What the system says about the last call that failed.
package func systemMessage() -> String { String(cString: strerror(errno)) }
