/// How words in capitals are read.
enum AcronymTable {
  /// Whether a word in capitals is read as a word: "NASA", or an ordinary word that is only emphasised.
  static func isReadAsWord(_ word: String) -> Bool {
    if words.contains(word) || CapitalizedWords.contains(word) { return true }
    return !spelled.contains(word) && word.utf8.count >= 5 && isPronounceable(word)
  }

  /// Whether a word is spelled whatever its case: "html", and "FBI" in a shouted sentence.
  static func isSpelled(_ word: String) -> Bool { spelled.contains(word) }

  /// Whether a word in small letters is an acronym without a vowel: "xml", but not "hmm".
  static func lacksVowel(_ word: String) -> Bool {
    word.utf8.count > 1 && !word.utf8.contains { "aeiouy".utf8.contains($0) } && !interjections.contains(word)
  }

  /// Whether no more than three consonants or vowels stand together, and both occur.
  private static func isPronounceable(_ word: String) -> Bool {
    var run = 0
    var previous: Bool?
    var changes = 0
    for letter in word.utf8 {
      let isVowel = "aeiouy".utf8.contains(letter)
      run = isVowel == previous ? run + 1 : 1
      changes += isVowel == previous ? 0 : 1
      if run > 3 { return false }
      previous = isVowel
    }
    return changes > 2
  }

  /// Spoken forms that are neither the letters nor the spelling.
  static let respelled = [
    "jpeg": "jay peg", "jpg": "jay peg", "wifi": "wi fi", "phd": "P H D", "latex": "lay tech", "ok": "O K", "tv": "T V",
    "sql": "S Q L", "lol": "L O L", "www": "W W W", "btw": "by the way", "asap": "A S A P", "ios": "i O S",
    "macos": "mac O S", "aka": "A K A", "etc": "et cetera", "w/o": "without", "mr": "mister", "ieee": "I triple E",
    "vs": "versus", "usb": "U S B", "ascii": "ask ee", "sata": "say ta", "ipv": "I P V", "wwiii": "world war three",
    "wwii": "world war two",
    "ww": "world war",
    "wwi": "world war one",
  ]

  private static let words: Set<String> = [
    "nasa", "nato", "unesco", "unicef", "aids", "laser", "radar", "scuba", "opec", "nafta", "fifa", "pin", "ram", "rom",
    "gif", "lego", "ikea", "sim", "covid", "ebola", "sars", "mers", "taser", "sonar", "swat", "potus", "scotus",
    "osha", "fema", "asean", "bafta", "uefa", "wasp", "yolo", "fomo", "nimby", "captcha", "jpeg", "json", "yaml",
    "cern",
    "gnu", "bios", "cmos", "dos", "lan", "wan", "mimo", "raid", "ajax", "basic", "cobol", "fortran", "lisp", "pascal",
    "eniac", "esa", "epcot", "nascar", "navy", "seal", "seals", "mash", "maga", "medicare", "nasdaq", "swift", "tesol",
    "toefl", "interpol", "benelux", "brics", "mensa", "isis", "hamas", "darpa", "nimh", "noaa", "ansi", "vat", "zip",
    "saltus", "unix", "bash", "lidar", "swot", "mig", "null",
  ]

  private static let spelled: Set<String> = [
    "fbi", "cia", "usa", "uk", "eu", "un", "html", "http", "https", "css", "api", "url", "uri", "cpu", "gpu", "ceo",
    "cfo",
    "cto", "irs", "nba", "nfl", "nhl", "mlb", "ncaa", "bbc", "cnn", "nbc", "abc", "cbs", "hbo", "ibm", "amd", "usb",
    "dvd",
    "cd", "pc", "tv", "pdf", "php", "xml", "csv", "sql", "ssh", "ftp", "dna", "rna", "mri", "hiv", "ufo", "vip", "diy",
    "faq", "gdp", "gps", "atm", "suv", "nyc", "nyu", "ucla", "mit", "phd", "mba", "kgb", "nsa", "epa", "fda", "cdc",
    "dhs", "doj", "usda", "nih", "wto", "imf", "aclu", "naacp", "afl", "led", "lcd", "ac", "dc", "ai",
    "id", "io", "ip", "os", "ui", "ux", "eda", "edu", "iq", "eq", "er", "ok", "ev", "iou", "eta", "asap", "rsvp", "sos",
    "usaf", "usps", "aol", "ucl", "uae", "ussr", "aaa", "aarp", "ioc", "espn", "ieee", "isbn", "adhd", "ptsd", "kfc",
    "bmw",
  ]

  private static let interjections: Set<String> = [
    "hmm", "hm", "shh", "sh", "psst", "brr", "brrr", "pfft", "pst", "mm", "mmm", "mhm", "tsk", "zzz", "grr", "grrr",
    "hmph",
    "nth", "th", "st", "nd", "rd", "cwm", "crwth", "ll", "ng",
  ]
}
