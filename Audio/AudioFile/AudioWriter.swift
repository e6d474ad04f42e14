import CSndfile
import Foundation

/// Writes mono samples to a sound file, block by block. The file appears under its name when `finish` is called;
/// one that is abandoned leaves nothing behind. Belongs to one thread.
public final class AudioWriter {
  public let path: String
  /// Samples so far.
  public private(set) var sampleCount = 0
  /// Samples beyond ±1, which were cut to it; of floating point files none is.
  public private(set) var clippedCount = 0

  private let temporary: String
  private let clips: Bool
  private let mostSamples: Int
  private var file: OpaquePointer?

  /// - Parameters:
  ///   - sampleRate: Hz, 1 to 768,000.
  ///   - format: nil: by the name's ending, 16-bit.
  /// - Throws: `AudioError`: an ending that cannot be written, or a file that cannot be made.
  public convenience init(_ path: String, sampleRate: Int, format: AudioFormat? = nil) throws(AudioError) {
    try self.init(path, sampleRate: sampleRate, format: format, mostBytes: RIFFHeader.mostBytes)
  }

  /// - Parameter mostBytes: of samples in a WAV file, whose header counts them in 32 bits.
  package init(_ path: String, sampleRate: Int, format: AudioFormat?, mostBytes: Int) throws(AudioError) {
    precondition((1...768_000).contains(sampleRate), "\(sampleRate) Hz")
    let format = if let format { format } else { try AudioFormat(path: path) }
    self.path = path
    clips = format.encoding != .float32
    mostSamples = format.container == .wav ? mostBytes / format.bytesPerSample : Int.max
    // A link stays a link: what it points to is replaced. Devices are written straight to.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    temporary = Self.isSpecial(target) ? target : "\(target).tmp-\(getpid())"
    var info = SF_INFO()
    info.samplerate = Int32(sampleRate)
    info.channels = 1
    info.format = format.code
    file = sf_open(temporary, Int32(SFM_WRITE), &info)
    guard file != nil else {
      throw AudioError(
        path: path, .unwritable(String(cString: sf_strerror(nil)).trimmingCharacters(in: .whitespacesAndNewlines)))
    }
  }

  deinit {
    guard let file else { return }
    sf_close(file)
    unlinkTemporary()
  }

  /// Appends samples, [-1, 1].
  ///
  /// - Throws: `AudioError`: a sample that is no number, a disk that is full, or more than a WAV file can hold: the file is
  ///   finished then, with what was written before.
  public func write(_ samples: [Float]) throws(AudioError) {
    precondition(file != nil, "the file is finished")
    if samples.count > mostSamples - sampleCount {
      try finish()
      throw AudioError(path: path, .tooLong(frames: sampleCount))
    }
    var samples = samples
    for i in samples.indices {
      if !samples[i].isFinite { throw AudioError(path: path, .notFinite(frame: sampleCount + i)) }
      if clips && abs(samples[i]) > 1 {
        samples[i] = samples[i] > 0 ? 1 : -1
        clippedCount += 1
      }
    }
    let written = samples.withUnsafeBufferPointer { buffer in
      buffer.isEmpty ? 0 : sf_writef_float(file, buffer.baseAddress!, Int64(buffer.count))
    }
    if written != samples.count { throw AudioError(path: path, .unwritable(String(cString: sf_strerror(file)))) }
    sampleCount += samples.count
  }

  /// Completes the file and puts it under its name.
  public func finish() throws(AudioError) {
    precondition(file != nil, "the file is finished")
    defer { file = nil }
    // The last block, or the header's length, may be what does not fit on the disk.
    sf_write_sync(file)
    let failure = sf_error(file)
    if sf_close(file) != 0 || failure != 0 {
      unlinkTemporary()
      throw AudioError(path: path, .unwritable(String(cString: sf_error_number(failure))))
    }
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    if temporary != target && rename(temporary, target) != 0 {
      let words = String(cString: strerror(errno))
      unlinkTemporary()
      throw AudioError(path: path, .unwritable(words))
    }
  }

  private func unlinkTemporary() {
    if !Self.isSpecial(temporary) { unlink(temporary) }
  }

  private static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
  }
}
