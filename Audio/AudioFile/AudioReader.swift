import CSndfile
import Foundation

/// Reads a sound file (WAV, FLAC, and what else libsndfile knows) in blocks of mono samples: channels are averaged.
/// Belongs to one thread.
public final class AudioReader {
  public let path: String
  /// Hz.
  public let sampleRate: Int
  public let channels: Int
  /// Samples per channel that the file announces.
  public let frameCount: Int
  /// Samples per channel that have been read.
  public private(set) var position = 0

  private let file: OpaquePointer
  private var interleaved: [Float] = []

  /// Opens a file and checks its header.
  ///
  /// - Throws: `AudioError`: unreadable, empty, absurd (not 1 to 64 channels, not 1 Hz to 768 kHz), truncated.
  public init(_ path: String) throws(AudioError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw AudioError(path: path, .unreadable(String(cString: strerror(errno))))
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw AudioError(path: path, .unreadable("it is a folder")) }
    if status.st_size == 0 { throw AudioError(path: path, .empty) }
    if let problem = RIFFHeader(path)?.problem { throw AudioError(path: path, problem) }
    var info = SF_INFO()
    guard let file = sf_open(path, Int32(SFM_READ), &info) else {
      let words = String(cString: sf_strerror(nil)).trimmingCharacters(in: .whitespacesAndNewlines)
      throw AudioError(path: path, .unreadable("no sound file that can be read: \(words)"))
    }
    var problem: AudioError.Problem?
    if !(1...64).contains(info.channels) {
      problem = .absurd("\(info.channels) channels; 1 to 64 are possible")
    } else if !(1...768_000).contains(info.samplerate) {
      problem = .absurd("\(info.samplerate) Hz; 1 to 768,000 are possible")
    } else if info.frames < 1 {
      problem = .empty
    }
    if let problem {
      sf_close(file)
      throw AudioError(path: path, problem)
    }
    self.path = path
    self.file = file
    sampleRate = Int(info.samplerate)
    channels = Int(info.channels)
    // Some formats do not know their length before they are read to the end.
    frameCount = info.frames == Int64.max ? 0 : Int(info.frames)
  }

  deinit { sf_close(file) }

  /// Reads up to `count` samples more.
  ///
  /// - Returns: fewer at the end of the file, none beyond it.
  /// - Throws: `AudioError`: a sample that is no number, or an end before the announced one.
  public func read(_ count: Int) throws(AudioError) -> [Float] {
    precondition(count > 0, "\(count) samples were asked for")
    if interleaved.count < count * channels { interleaved = [Float](repeating: 0, count: count * channels) }
    let found = Int(interleaved.withUnsafeMutableBufferPointer { sf_readf_float(file, $0.baseAddress!, Int64(count)) })
    if found < count && sf_error(file) != 0 {
      throw AudioError(
        path: path, .unreadable("damaged at frame \(position + found): \(String(cString: sf_strerror(file)))"))
    }
    if found < count && frameCount > 0 && position + found < frameCount {
      throw AudioError(path: path, .truncated(expected: frameCount, found: position + found))
    }
    var mono = [Float](repeating: 0, count: found)
    let share = 1 / Float(channels)
    for frame in 0..<found {
      var sum: Float = 0
      for channel in 0..<channels { sum += interleaved[frame * channels + channel] }
      if !sum.isFinite { throw AudioError(path: path, .notFinite(frame: position + frame)) }
      mono[frame] = sum * share
    }
    position += found
    return mono
  }
}
