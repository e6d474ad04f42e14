import AudioFile
import Foundation
import Reporting
import SpeechHead
import Support

/// Where speech goes as it is made: a sound file, or 16-bit samples on standard output.
struct SpeechOutput {
  private let writer: AudioWriter?

  /// - Parameter path: nil for standard output; a missing folder is made.
  init(path: String?, sampleRate: Int) throws {
    guard let path else {
      writer = nil
      return
    }
    _ = try AudioFormat(path: path)
    try AtomicFile.prepare(path)
    writer = try AudioWriter(path, sampleRate: sampleRate)
  }

  func write(_ samples: [Float]) throws {
    if let writer { return try writer.write(samples) }
    var bytes = [UInt8](repeating: 0, count: 2 * samples.count)
    for (i, sample) in samples.enumerated() {
      let value = Int16((min(max(sample, -1), 1) * 32_767).rounded())
      bytes[2 * i] = UInt8(truncatingIfNeeded: value)
      bytes[2 * i + 1] = UInt8(truncatingIfNeeded: value >> 8)
    }
    do {
      try FileHandle.standardOutput.write(contentsOf: bytes)
    } catch {
      throw CommandFailure("standard output was closed")
    }
  }

  func finish() throws { try writer?.finish() }
}
