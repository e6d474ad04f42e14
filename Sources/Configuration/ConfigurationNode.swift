/// A configuration as a tree of texts: what YAML, `--set` and encoded defaults have in common.
///
/// Scalars stay text until a type asks for them, so `steps: 2e4`, `name: 5` and `rate: 3e-4` are read as the struct
/// wants them and not as a YAML dialect guesses.
struct ConfigurationNode: Equatable, Sendable {
  struct Entry: Equatable, Sendable {
    var key: String
    var place: Place
    var value: ConfigurationNode
  }

  enum Content: Equatable, Sendable {
    case null
    /// Quoted text is never a number, a truth value or null.
    case scalar(String, isQuoted: Bool)
    case list([ConfigurationNode])
    /// Entries in the order they were written. `isChoice`: an enum with associated values, of which another case
    /// replaces this one instead of joining it.
    case mapping([Entry], isChoice: Bool)
  }

  var content: Content
  var place: Place

  /// The value under a key, nil if this is no mapping or has no such key.
  subscript(key: String) -> ConfigurationNode? {
    guard case .mapping(let entries, _) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The text of a scalar.
  private var word: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// What was found, in words for an error message.
  var inWords: String {
    switch content {
    case .null: "null"
    case .scalar(let text, let isQuoted): isQuoted ? "the text \"\(text)\"" : "\"\(text)\""
    case .list: "a list"
    case .mapping: "a section"
    }
  }

  /// This tree with another laid over it: sections are merged key by key, everything else is replaced.
  ///
  /// A choice is told from another by its only key (Swift's own coding of an enum, `{ect: {q: 2}}`) or by the word under
  /// its first key (`{method: ect, q: 2}`).
  func merged(with upper: ConfigurationNode) -> ConfigurationNode {
    switch (content, upper.content) {
    case (.mapping(var entries, let isChoice), .mapping(let upperEntries, _)):
      if isChoice, let first = entries.first {
        let isOther =
          entries.count == 1
          ? [first.key] != upperEntries.map(\.key)
          : upper[first.key].map { $0.word != first.value.word } ?? false
        if isOther { return upper }
      }
      for entry in upperEntries {
        if let index = entries.firstIndex(where: { $0.key == entry.key }) {
          entries[index].value = entries[index].value.merged(with: entry.value)
          entries[index].place = entry.place
        } else {
          entries.append(entry)
        }
      }
      return ConfigurationNode(content: .mapping(entries, isChoice: isChoice), place: upper.place)
    case (.list, .scalar(let text, isQuoted: false)):
      // Shells give brackets a meaning, so --set widths=64,128,256 is a list where a list is wanted.
      guard case .override = upper.place else { return upper }
      let items = text.split(separator: ",").map { item in
        ConfigurationNode(content: .scalar(trimmed(item), isQuoted: false), place: upper.place)
      }
      return ConfigurationNode(content: .list(items), place: upper.place)
    default:
      return upper
    }
  }
}

func trimmed(_ text: some StringProtocol) -> String {
  let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
  return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
}
