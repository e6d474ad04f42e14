/// How words are read whose letters say more than their sound: acronyms, mixed case, spelled forms.
enum WordForms {
  /// Acronyms that are read as words, and names in capitals.
  private static let spoken: [String: String] = {
    var table: [String: String] = [:]
    for word in [
      "NASA", "NATO", "UNESCO", "UNICEF", "AIDS", "LASER", "RADAR", "SONAR", "SCUBA", "OPEC", "NAFTA", "FIFA", "PIN",
      "RAM",
      "ROM", "GIF", "LEGO", "IKEA", "COVID", "SIM", "SWAT", "NASDAQ", "ASCII", "BASIC", "DARPA", "FEMA", "UEFA",
      "ASEAN",
      "SARS", "MERS", "HIPAA", "LIDAR", "YAML", "OK",
    ] { table[word] = word.lowercased() }
    table["JPEG"] = "jay peg"
    table["MPEG"] = "M peg"
    table["OK"] = "okay"
    table["CD-ROM"] = "C D rom"
    return table
  }()

  /// Short words that are no acronyms even in capitals.
  private static let shouted: Set<String> = [
    "NO", "NOT", "YES", "THE", "AND", "ALL", "BIG", "NOW", "YOU", "ARE", "CAN", "BUT", "OUT", "WAY", "FOR", "HER",
    "HIS",
    "SHE", "HE", "WE", "ME", "MY", "IS", "AM", "BE", "DO", "GO", "SO", "TO", "UP", "OF", "ON", "IN", "AT", "BY", "AS",
    "IF", "OR", "AN", "OH", "HEY", "WOW", "HOT", "NEW", "OLD", "ONE", "TWO", "SIX", "TEN", "END", "TOP", "RUN", "SEE",
    "SAY", "GET", "LET", "PUT", "ANY", "OFF", "OUR", "TOO", "VERY", "EVER", "STOP", "HELP", "NEVER", "ALWAYS", "ONLY",
    "MUST", "WILL", "DON'T", "WON'T", "CAN'T", "PLEASE", "HERE", "THIS", "THAT", "WHAT", "WHEN", "MORE", "JUST", "BEST",
    "SALE", "FREE", "OPEN", "LOVE", "HATE", "REAL", "HUGE", "WARNING", "DANGER", "EXIT", "HIM", "HOW", "WHY", "RED",
    "DAY",
  ]

  /// Mixed forms with a reading of their own.
  private static let special: [String: String] = [
    "PhD": "P H D", "PhDs": "P H D's", "iOS": "i O S", "macOS": "mac O S", "eBay": "E bay", "LaTeX": "lay tek",
    "OpenAI": "open A I", "DVDs": "D V D's", "TVs": "T V's", "OKs": "okays", "MSc": "M S C", "BSc": "B S C",
    "MHz": "megahertz", "GHz": "gigahertz", "kHz": "kilohertz", "Hz": "hertz", "mph": "miles per hour",
    "kWh": "kilowatt hours", "PCs": "P C's", "GPT": "G P T",
  ]

  /// A word in capitals letter by letter: "FBI" → "F B I".
  static func spelled(_ text: some StringProtocol) -> String {
    text.uppercased().map(String.init).joined(separator: " ")
  }

  /// - Parameters:
  ///   - text: letters and apostrophes.
  ///   - isShouted: whether the sentence is in capitals throughout.
  static func reading(_ text: String, isShouted: Bool) -> String {
    if let special = special[text] { return special }
    if isShouted { return text.lowercased() }
    let stem: Substring
    var ending = ""
    if let apostrophe = text.lastIndex(of: "'"), text[..<apostrophe].utf8.count > 1,
      text[..<apostrophe].allSatisfy(\.isUppercase)
    {
      stem = text[..<apostrophe]
      ending = text[apostrophe...].lowercased()
      if shouted.contains(text.uppercased()) { return text.lowercased() }
    } else if text.hasSuffix("s"), text.utf8.count > 2, text.dropLast().allSatisfy(\.isUppercase) {
      stem = text.dropLast()
      ending = "'s"
    } else {
      stem = text[...]
    }
    if stem.utf8.count > 1 && stem.allSatisfy(\.isUppercase) {
      if let word = spoken[String(stem)] { return word + (ending == "'s" && !text.contains("'") ? "s" : ending) }
      if shouted.contains(String(stem)) { return stem.lowercased() + ending }
      // Longer words without a meaning as letters are shouted, not spelled.
      if stem.utf8.count > 5 { return stem.lowercased() + ending }
      return spelled(stem) + ending
    }
    return parts(of: text).map { part in
      part.utf8.count > 1 && part.allSatisfy(\.isUppercase) && part.utf8.count < text.utf8.count
        ? spelled(part) : part.lowercased()
    }.joined(separator: " ")
  }

  /// "JavaScript" → "Java", "Script"; "McDonald" is one.
  private static func parts(of text: String) -> [Substring] {
    if text.hasPrefix("Mc") || text.hasPrefix("Mac") || text.hasPrefix("O'") || text.hasPrefix("D'") {
      return [text[...]]
    }
    var parts: [Substring] = []
    var start = text.startIndex
    var last: Character = "A"
    for index in text.indices {
      let letter = text[index]
      if letter.isUppercase && last.isLowercase {
        parts.append(text[start..<index])
        start = index
      }
      last = letter
    }
    parts.append(text[start...])
    return parts
  }

  /// Letters beside digits, in addresses or in names of files: spelled if short and without a vowel, else a word.
  static func code(_ text: String) -> String {
    if text.utf8.count == 1 { return text.uppercased() }
    let isWord = text.lowercased().contains { "aeiouy".contains($0) }
    if spelledCodes.contains(text.lowercased()) || (!isWord && text.utf8.count <= 5) { return spelled(text) }
    return text.allSatisfy(\.isUppercase) && text.utf8.count <= 3 ? spelled(text) : reading(text, isShouted: false)
  }

  private static let spelledCodes: Set<String> = [
    "html", "pdf", "php", "jpg", "www", "http", "https", "ftp", "xml", "csv", "url", "api", "sql", "usb", "cpu", "gpu",
    "png", "svg", "mp", "io", "ai", "uk", "us", "eu", "id", "tv", "co", "xls", "css", "js", "npm", "exe", "iso", "aac",
  ]
}
