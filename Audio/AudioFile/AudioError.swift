/// What is wrong with a sound file.
public struct AudioError: Error, Equatable, CustomStringConvertible {
  public enum Problem: Sendable, Equatable {
    /// Missing, or no sound file; with the system's or the library's words.
    case unreadable(String)
    /// There is not one frame in it.
    case empty
    /// It ends before the length that it announces.
    case truncated(expected: Int, found: Int)
    /// A header that no recording has.
    case absurd(String)
    /// NaN or infinite, at a frame of the file.
    case notFinite(frame: Int)
    /// A format that cannot be written.
    case unsupported(String)
    /// More than a WAV file can hold, which was finished with so many frames.
    case tooLong(frames: Int)
    /// The disk's or the library's words.
    case unwritable(String)
  }

  public let path: String
  public let problem: Problem

  public init(path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  public var description: String {
    switch problem {
    case .unreadable(let words): "\(path): \(words)"
    case .empty: "\(path): there is no sound in it (0 frames)"
    case .truncated(let expected, let found):
      "\(path): truncated: \(expected) frames are announced, \(found) are there; copy it again from its source"
    case .absurd(let words): "\(path): \(words); this is no recording"
    case .notFinite(let frame): "\(path): frame \(frame) is not a number or infinite; export it again as 16-bit"
    case .unsupported(let words): "\(path): \(words)"
    case .tooLong(let frames):
      "\(path): a WAV file ends at 4 GB; it holds the first \(frames) frames, for all of them give it a name ending in .flac"
    case .unwritable(let words): "\(path): cannot be written: \(words)"
    }
  }
}
