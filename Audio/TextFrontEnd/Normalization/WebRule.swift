/// Web addresses, e-mail addresses, file names and paths, user names and hashtags.
enum WebRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let token = tokens[index], beginsGroup(tokens, at: index, token) else { return nil }
    if let handle = handle(tokens, at: index, token) { return handle }
    let end = end(tokens, from: index)
    guard end > index + 2 else { return nil }
    var start = index
    var spoken: [String] = []
    if token.isWord, tokens.isSymbol(index + 1, ":"), tokens.isSymbol(index + 2, "/"), tokens.isSymbol(index + 3, "/") {
      start = index + 4
      guard start < end else { return nil }
      if !["http", "https"].contains(token.lower) { spoken = [WordRule.spoken(token.text)] }
    } else if token.isWord, token.lower == "mailto", tokens.isSymbol(index + 1, ":") {
      start = index + 2
    } else if !isAddress(tokens, index..<end) {
      return nil
    }
    for position in start..<end {
      guard let part = tokens[position] else { break }
      spoken.append(piece(part, isFile: true))
    }
    return RuleResult(spoken.filter { !$0.isEmpty }.joined(separator: " "), end - index)
  }

  private static func beginsGroup(_ tokens: TokenSequence, at index: Int, _ token: TextToken) -> Bool {
    guard
      token.spaced || index == 0 || (tokens[index - 1].map { $0.kind == .symbol && opening.contains($0.text) } ?? true)
    else { return false }
    // "./run.sh", "../x"
    if token.isSymbol(".") {
      let slash = tokens.isGluedSymbol(index + 1, ".") ? index + 2 : index + 1
      return tokens.isGluedSymbol(slash, "/") && tokens.isGlued(slash + 1)
    }
    return token.isWord || token.isDigits || token.kind == .symbol && ["/", "@", "#", "~", "_"].contains(token.text)
  }

  /// "@user" and "#swift"; "#5" is a number.
  private static func handle(_ tokens: TokenSequence, at index: Int, _ token: TextToken) -> RuleResult? {
    guard token.isSymbol("@") || token.isSymbol("#"), tokens.gluedWord(index + 1) != nil else { return nil }
    var spoken = [token.text == "@" ? "at" : "hashtag"]
    var next = index + 1
    while let part = tokens[next], !part.spaced, next < index + 24 {
      if part.isSymbol("_"), tokens.isGlued(next + 1) {
        spoken.append("underscore")
      } else if part.isWord || part.isDigits {
        spoken.append(piece(part, isFile: false))
      } else {
        break
      }
      next += 1
    }
    return RuleResult(spoken.joined(separator: " "), next - index)
  }

  /// Behind the last token of the group, without closing punctuation.
  private static func end(_ tokens: TokenSequence, from index: Int) -> Int {
    var end = index + 1
    while let token = tokens[end], !token.spaced, token.isWord || token.isDigits || isAddressSymbol(token) { end += 1 }
    while end > index + 1, let token = tokens[end - 1], token.kind == .symbol, !["_"].contains(token.text) { end -= 1 }
    return end
  }

  private static func isAddressSymbol(_ token: TextToken) -> Bool {
    token.kind == .symbol && symbols[token.text] != nil
  }

  /// Whether a group without a scheme is an address, a file or a path.
  private static func isAddress(_ tokens: TokenSequence, _ range: Range<Int>) -> Bool {
    let first = range.lowerBound
    var host = range.upperBound
    for position in range.dropFirst() {
      guard let token = tokens[position], token.kind == .symbol else { continue }
      if token.text == "@" { return position + 1 < range.upperBound && tokens[position + 1]?.isWord == true }
      if ["/", "?", "#", ":"].contains(token.text), host == range.upperBound { host = position }
    }
    if tokens.word(first) == "www", tokens.isSymbol(first + 1, ".") { return true }
    let last = range.upperBound - 1
    // "usr/local/bin/", "/usr/bin"
    if tokens.isSymbol(first, ".") { return true }
    if tokens.isSymbol(first, "/") || tokens.isSymbol(first, "~") {
      return tokens[first + 1]?.isSymbol("/") == true
        || tokens.isSymbol(first, "/") && tokens[first + 1]?.isWord == true
    }
    if let domain = tokens[host - 1], domain.isWord, tokens.isSymbol(host - 2, "."), host - 3 >= first,
      tokens[host - 3].map({ $0.isWord || $0.isDigits }) ?? false, domains.contains(domain.lower),
      !(tokens[first]?.isLetter == true && host - first <= 4)
    {
      return true
    }
    guard let ending = tokens[last], tokens.isSymbol(last - 1, ".") || tokens[last - 1]?.isWord == true else {
      return false
    }
    if ending.isDigits, tokens.isSymbol(last - 2, ".") {
      return ["mp", "h"].contains(tokens.word(last - 1) ?? "") && last - 3 >= first
    }
    if ending.isLetter, tokens[last - 2]?.isLetter == true { return false }
    return ending.isWord && tokens.isSymbol(last - 1, ".") && extensions.contains(ending.lower) && last - 2 >= first
      && tokens[last - 2].map { $0.isWord || $0.isDigits || $0.isSymbol("_") || $0.isSymbol("-") } == true
  }

  private static func piece(_ token: TextToken, isFile: Bool) -> String {
    if token.isDigits { return CodeRule.number(token.text) }
    guard token.isWord else { return symbols[token.text] ?? "" }
    if token.isLetter { return token.text.uppercased() }
    if spelledParts.contains(token.lower) { return WordRule.spelled(token.text) }
    if token.isAllCapitals, token.text.utf8.count > 4 { return token.lower }
    return WordRule.spoken(token.text)
  }

  private static let opening: Set<String> = ["(", "[", "{", "\"", "'", "<", "—", "–"]

  private static let symbols = [
    ".": "dot", "/": "slash", "-": "dash", "_": "underscore", ":": "colon", "?": "question mark", "=": "equals",
    "&": "and", "%": "percent", "#": "hash", "~": "tilde", "+": "plus", "@": "at", "!": "exclamation mark",
  ]

  private static let spelledParts: Set<String> = [
    "edu", "io", "uk", "us", "de", "eu", "ai", "au", "ca", "it", "es", "js", "py", "exe", "sh", "api", "css", "csv",
    "php",
    "url", "xlsx", "docx", "pptx", "svg", "avi", "ui", "id", "faq", "cgi", "ie",
  ]

  private static let domains: Set<String> = [
    "com", "org", "net", "edu", "gov", "mil", "io", "co", "uk", "de", "fr", "it", "es", "nl", "eu", "us", "ca", "au",
    "jp",
    "cn", "ru", "ch", "se", "no", "fi", "dk", "pl", "br", "in", "info", "biz", "dev", "app", "ai", "tv", "me", "ly",
    "gl",
    "online", "site", "tech", "blog", "ie", "nz", "be", "at", "xyz",
  ]

  private static let extensions: Set<String> = [
    "pdf", "txt", "md", "csv", "json", "xml", "yaml", "yml", "html", "htm", "css", "js", "ts", "py", "swift", "c", "h",
    "cpp", "java", "rs", "go", "rb", "sh", "exe", "zip", "gz", "tar", "doc", "docx", "xls", "xlsx", "ppt", "pptx",
    "png",
    "jpg", "jpeg", "gif", "svg", "wav", "flac", "avi", "mov", "log", "ini", "toml", "cfg", "conf", "bak", "php", "sql",
    "db", "iso", "dll", "so",
  ]
}
