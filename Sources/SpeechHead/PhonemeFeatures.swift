/// One phoneme or pause as the encoder sees it.
public struct PhonemeToken: Sendable, Hashable {
  /// Index into the voice's phones.
  public var phone: Int
  /// 0, 1 or 2 for vowels.
  public var stress: Int?
  /// Whether it is the first or the last phone of a word.
  public var startsWord: Bool
  public var endsWord: Bool

  public init(phone: Int, stress: Int? = nil, startsWord: Bool = false, endsWord: Bool = false) {
    self.phone = phone
    self.stress = stress
    self.startsWord = startsWord
    self.endsWord = endsWord
  }
}

/// Tokens as numbers: indicators of phone, stress, word borders and speaker, of which the encoder's first linear layer
/// makes the sum of their embeddings. Stress is apart from the phone, so that rare vowels share what is common.
public struct PhonemeFeatures: Sendable {
  public let phoneCount: Int
  public let speakerCount: Int

  public init(phoneCount: Int, speakerCount: Int) {
    self.phoneCount = phoneCount
    self.speakerCount = speakerCount
  }

  /// Numbers per token.
  public var count: Int { phoneCount + 3 + 2 + speakerCount }

  /// Fills rows of indicators, `[tokens, count]`; rows beyond the tokens become 0.
  public func fill(
    _ rows: UnsafeMutableBufferPointer<Float>, tokens: [PhonemeToken], speaker: Int
  ) {
    precondition(rows.count >= tokens.count * count, "\(tokens.count) tokens do not fit \(rows.count) floats")
    precondition((0..<speakerCount).contains(speaker), "speaker \(speaker) of \(speakerCount)")
    rows.update(repeating: 0)
    for (index, token) in tokens.enumerated() {
      precondition((0..<phoneCount).contains(token.phone), "phone \(token.phone) of \(phoneCount)")
      let row = UnsafeMutableBufferPointer(rebasing: rows[index * count..<(index + 1) * count])
      row[token.phone] = 1
      if let stress = token.stress { row[phoneCount + min(max(stress, 0), 2)] = 1 }
      if token.startsWord { row[phoneCount + 3] = 1 }
      if token.endsWord { row[phoneCount + 4] = 1 }
      row[phoneCount + 5 + speaker] = 1
    }
  }
}
