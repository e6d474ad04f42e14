/// What computers read: addresses, names of files, versions, tags.
extension ReadingContext {
  /// - Parameter index: where a chunk between white space begins.
  func addressReading(_ index: Int) -> Reading? {
    guard
      tokens.isBreak(index) || tokens.isMark(index - 1, "(") || tokens.isMark(index - 1, "\"")
        || tokens.isMark(index - 1, "<")
    else { return nil }
    if let tag = tag(index) { return tag }
    guard tokens[index]!.kind == .letters || tokens[index]!.kind == .digits else { return nil }
    var end = tokens.chunkEnd(index)
    // Marks at the end belong to the sentence.
    while end > index + 1, let last = tokens[end - 1], last.kind == .mark, last.text != "/" { end -= 1 }
    guard end > index + 2 else { return version(index) }
    var start = index
    if let scheme = tokens.letters(index), ["http", "https", "ftp"].contains(scheme.lowercased()),
      tokens.isMark(index + 1, ":"), tokens.isMark(index + 2, "/"), tokens.isMark(index + 3, "/")
    {
      start = index + 4
    } else if !isAddress(index..<end) {
      return version(index)
    }
    if tokens.isMark(end - 1, "/") { end -= 1 }
    guard start < end else { return nil }
    let words = (start..<end).compactMap { part($0, isFirst: $0 == start) }.joined(separator: " ")
    return Reading(tokens.isMark(end, "/") && tokens.isJoined(end) ? end - index + 1 : end - index, words)
  }

  /// "www.…", "a.b@c.d", "name.com/…", "file.pdf".
  private func isAddress(_ range: Range<Int>) -> Bool {
    if tokens.letters(range.lowerBound)?.lowercased() == "www", tokens.isMark(range.lowerBound + 1, ".") { return true }
    var hasAt = false
    var lastLabel: String?
    for index in range {
      let token = tokens[index]!
      if token.kind == .mark {
        switch token.text {
        case "@": hasAt = index > range.lowerBound
        case ".": lastLabel = index + 1 < range.upperBound ? tokens[index + 1]!.text : nil
        case "-", "_", "+": break
        case "/", "?", "#", ":":
          // Before a path there has to be a host.
          guard let lastLabel else { return false }
          return Self.hosts.contains(lastLabel.lowercased())
        default: return false
        }
      }
    }
    guard let lastLabel else { return false }
    let label = lastLabel.lowercased()
    return hasAt || Self.hosts.contains(label) || Self.files.contains(label)
  }

  private static let hosts: Set<String> = [
    "com", "org", "net", "edu", "gov", "io", "uk", "de", "fr", "dev", "app", "info", "ai", "tv", "eu", "ch", "ca", "us",
    "mil", "co", "gg", "nz", "au", "jp",
  ]

  private static let files: Set<String> = [
    "pdf", "txt", "html", "htm", "doc", "docx", "jpg", "jpeg", "png", "gif", "csv", "xls", "xlsx", "zip", "wav", "mp",
    "swift", "py", "json", "md", "exe", "xml", "yaml", "yml", "svg", "tar", "gz", "log", "cpp", "js", "css", "sh",
    "conf",
    "ini", "iso", "flac", "ppt", "pptx",
  ]

  private static let markNames: [String: String] = [
    ".": "dot", "/": "slash", "-": "dash", "--": "dash dash", "_": "underscore", ":": "colon", "?": "question mark",
    "=": "equals", "&": "and", "#": "hash", "@": "at", "+": "plus", "%": "percent", "~": "tilde", "...": "dot dot dot",
  ]

  private func part(_ index: Int, isFirst: Bool) -> String? {
    let token = tokens[index]!
    switch token.kind {
    case .letters: return WordForms.code(token.text)
    case .digits: return token.text.utf8.count <= 4 ? NumberWords.label(token.text) : NumberWords.digits(token.text)
    default: return Self.markNames[token.text]
    }
  }

  /// "#5", "#swift", "@user".
  private func tag(_ index: Int) -> Reading? {
    guard tokens.isMark(index, "#") || tokens.isMark(index, "@"), tokens.isJoined(index + 1) else { return nil }
    if tokens.isMark(index, "#"), tokens.digits(index + 1) != nil { return Reading(1, "number") }
    guard tokens.letters(index + 1) != nil else { return nil }
    return Reading(1, tokens.isMark(index, "#") ? "hashtag" : "at")
  }

  /// "v2.0.1" → "version two point zero point one".
  private func version(_ index: Int) -> Reading? {
    guard let letter = tokens.letters(index), letter == "v" || letter == "V", tokens.isJoined(index + 1),
      tokens.digits(index + 1) != nil, tokens.isMark(index + 2, "."), tokens.isJoined(index + 2),
      tokens.digits(index + 3) != nil, tokens.isJoined(index + 3)
    else { return nil }
    return Reading(1, "version")
  }
}
