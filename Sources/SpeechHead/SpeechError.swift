import TextFrontEnd

/// What can go wrong with a voice and what it is asked to say.
public enum SpeechError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A file that is no voice, or a damaged one.
  case checkpoint(String)
  /// A setting outside its range.
  case badSetting(String)
  /// The voice has no such speaker.
  case unknownSpeaker(name: String, known: [String])
  /// Phonemes in the text that are none.
  case pronunciation(PronunciationError)
  /// A phone that the voice was not trained with.
  case unknownPhone(name: String)

  public var description: String {
    switch self {
    case .checkpoint(let problem), .badSetting(let problem): problem
    case .unknownSpeaker(let name, let known):
      "the voice has no speaker \"\(name)\"; it has \(known.joined(separator: ", "))"
    case .pronunciation(let error): error.description
    case .unknownPhone(let name): "the voice does not know the phone \"\(name)\""
    }
  }
}
