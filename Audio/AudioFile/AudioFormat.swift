import CSndfile

/// How samples are stored in a file that is written.
public struct AudioFormat: Sendable, Hashable {
  public enum Container: String, Sendable, CaseIterable { case wav, flac }

  public enum Encoding: Sendable { case integer16, integer24, float32 }

  public var container: Container
  public var encoding: Encoding

  /// - Precondition: FLAC holds integers.
  public init(_ container: Container, _ encoding: Encoding = .integer16) {
    precondition(container == .wav || encoding != .float32, "FLAC holds integers")
    self.container = container
    self.encoding = encoding
  }

  /// The format that a file's name asks for, 16-bit.
  ///
  /// - Throws: `AudioError.unsupported`, naming what can be written.
  public init(path: String) throws(AudioError) {
    let name = path.split(separator: "/").last ?? ""
    let ending = name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } ?? "" : ""
    guard let container = Container(rawValue: ending) else {
      let known = Container.allCases.map { ".\($0.rawValue)" }.joined(separator: " and ")
      throw AudioError(
        path: path, .unsupported("sound files that can be written end in \(known), not in \"\(ending)\""))
    }
    self.init(container)
  }

  /// Of a sample in a WAV file.
  var bytesPerSample: Int {
    switch encoding {
    case .integer16: 2
    case .integer24: 3
    case .float32: 4
    }
  }

  var code: Int32 {
    let major =
      switch container {
      case .wav: SF_FORMAT_WAV
      case .flac: SF_FORMAT_FLAC
      }
    let minor =
      switch encoding {
      case .integer16: SF_FORMAT_PCM_16
      case .integer24: SF_FORMAT_PCM_24
      case .float32: SF_FORMAT_FLOAT
      }
    return Int32(major | minor)
  }
}
