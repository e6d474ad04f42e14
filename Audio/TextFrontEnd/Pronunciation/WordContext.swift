/// What surrounds a word in its clause: all that homographs are told apart by.
struct WordContext {
  /// The word before, over adverbs such as "never"; nil at the clause's beginning.
  let previous: String?
  /// The word after; nil at the clause's end.
  let next: String?
  /// All words of the clause.
  let clause: [String]
  /// The word's class according to its neighbours, else to flite's tagger.
  let partOfSpeech: FliteLexicon.PartOfSpeech

  /// The context of the word at `index` of a clause, which flite tagged `tag`.
  init(of index: Int, in clause: [String], tag: FliteLexicon.PartOfSpeech) {
    // Three adverbs in a row are plenty, and a bound keeps the time linear.
    let before = clause[max(0, index - 4)..<index].last { !Self.transparent.contains($0) }
    let after = index + 1 < clause.count ? clause[index + 1] : nil
    previous = before
    next = after
    self.clause = clause
    partOfSpeech = Self.partOfSpeech(after: before, before: after) ?? tag
  }

  /// The class that a word's neighbours show; nil where they show none.
  private static func partOfSpeech(after previous: String?, before next: String?) -> FliteLexicon.PartOfSpeech? {
    if let previous {
      if nounCues.contains(previous) || previous.hasSuffix("'s") { return .noun }
      if isVerbCue(previous) { return .verb }
    }
    if let next, objects.contains(next) || (previous == nil && determiners.contains(next)) { return .verb }
    return nil
  }

  /// Whether a verb's basic form follows this word.
  static func isVerbCue(_ word: String) -> Bool {
    verbCues.contains(word) || word.hasSuffix("n't") || word.hasSuffix("'ll")
  }

  /// Words after which a noun or an adjective stands.
  static let nounCues: Set<String> = [
    "a", "an", "the", "my", "your", "his", "her", "its", "our", "their", "this", "these", "those", "some", "any", "no",
    "every", "each", "another", "of", "in", "on", "for", "with", "by", "at", "from", "into", "under", "without", "good",
    "new", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "many", "several", "few", "more",
    "such",
  ]

  /// Subjects of a verb.
  static let subjects: Set<String> = ["i", "you", "we", "they", "he", "she", "it", "who"]

  private static let verbCues: Set<String> = [
    "to", "will", "would", "can", "could", "shall", "should", "may", "might", "must", "cannot", "i", "you", "we",
    "they",
    "he", "she", "who", "please", "let's", "do", "did", "does",
  ]
  private static let objects: Set<String> = ["me", "us", "him", "them", "it", "myself", "yourself", "himself"]
  private static let determiners: Set<String> = ["the", "a", "an", "my", "your", "his", "her", "our", "their", "this"]
  private static let transparent: Set<String> = ["not", "never", "always", "often", "also", "just", "only", "already"]
}
