import Foundation
import Support

/// A file open for reading at any position, from any thread. It keeps showing the content it was opened with when the
/// path is replaced by a rename.
final class InputFile: Sendable {
  let path: String
  /// In bytes, when it was opened.
  let size: Int
  private let descriptor: Int32

  init(_ path: String) throws(CheckpointError) {
    // Without O_NONBLOCK a pipe would be waited for before it could be refused.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw CheckpointError(.file, path: path, "cannot be opened: \(systemMessage())") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw CheckpointError(.file, path: path, "is not a regular file")
    }
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills the buffer with the bytes from `offset` on.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer, place: String) throws(CheckpointError) {
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw CheckpointError(.file, path: path, place: place, "cannot be read: \(systemMessage())")
      }
      guard count > 0 else {
        throw CheckpointError(
          .truncated, path: path, place: place, "the file ends at byte \(offset + done); it is cut off")
      }
      done += count
    }
  }

  func bytes(at offset: Int, count: Int, place: String) throws(CheckpointError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    try result.withUnsafeMutableBufferPointer { (buffer) throws(CheckpointError) in
      try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer), place: place)
    }
    return result
  }
}
