/// Short forms of words.
enum Abbreviations {
  /// When a short form's full stop also ends the sentence.
  enum Stop {
    /// Never: a name or a number follows.
    case never
    /// If the next word begins with a capital.
    case beforeCapital
    /// If the next word is one that sentences begin with: names may follow.
    case beforeStarter
  }

  struct Entry {
    let words: String
    let stop: Stop
    /// Without its full stop it is another word, or none.
    var needsStop = true
    /// Only where a number follows.
    var beforeNumber = false
  }

  /// By the text in small letters, without the last full stop.
  static let table: [String: Entry] = {
    var table: [String: Entry] = [:]
    func add(_ pairs: [(String, String)], _ stop: Stop, needsStop: Bool = true, beforeNumber: Bool = false) {
      for (short, words) in pairs {
        table[short] = Entry(words: words, stop: stop, needsStop: needsStop, beforeNumber: beforeNumber)
      }
    }
    add(
      [
        ("mr", "mister"), ("mrs", "missus"), ("ms", "miz"), ("messrs", "messieurs"), ("mme", "madame"), ("mt", "mount"),
      ], .never, needsStop: false)
    add(
      [
        ("prof", "professor"), ("gen", "general"), ("capt", "captain"), ("lt", "lieutenant"), ("sgt", "sergeant"),
        ("rev", "reverend"), ("gov", "governor"), ("sen", "senator"), ("rep", "representative"), ("col", "colonel"),
        ("cmdr", "commander"), ("maj", "major"), ("cpl", "corporal"), ("pvt", "private"), ("adm", "admiral"),
        ("hon", "honorable"), ("pres", "president"), ("supt", "superintendent"), ("det", "detective"), ("fr", "father"),
        ("br", "brother"), ("ft", "fort"), ("pt", "point"),
      ], .never)
    add(
      [
        ("no", "number"), ("nos", "numbers"), ("fig", "figure"), ("figs", "figures"), ("vol", "volume"),
        ("vols", "volumes"), ("ch", "chapter"), ("sec", "section"), ("pp", "pages"), ("p", "page"), ("pg", "page"),
        ("ed", "edition"), ("eq", "equation"), ("ref", "reference"), ("art", "article"), ("par", "paragraph"),
        ("apt", "apartment"), ("rm", "room"), ("ste", "suite"), ("op", "opus"), ("ca", "circa"), ("c", "circa"),
        ("tel", "telephone"), ("ext", "extension"),
      ], .never, beforeNumber: true)
    add(
      [("vs", "versus"), ("e.g", "for example"), ("i.e", "that is"), ("cf", "compare"), ("viz", "namely")], .never,
      needsStop: false)
    add(
      [
        ("etc", "et cetera"), ("al", "al"), ("jr", "junior"), ("sr", "senior"), ("inc", "incorporated"),
        ("ltd", "limited"), ("corp", "corporation"), ("ave", "avenue"), ("blvd", "boulevard"), ("rd", "road"),
        ("hwy", "highway"), ("sq", "square"), ("dept", "department"), ("a.m", "A M"), ("p.m", "P M"),
        ("assn", "association"),
        ("bros", "brothers"), ("govt", "government"), ("min", "minutes"), ("max", "maximum"), ("est", "established"),
        ("co", "company"), ("esq", "esquire"), ("ph.d", "P H D"), ("b.sc", "B S C"), ("m.sc", "M S C"),
        ("univ", "university"),
        ("intl", "international"), ("natl", "national"), ("misc", "miscellaneous"),
      ], .beforeCapital)
    add([("approx", "approximately"), ("incl", "including"), ("excl", "excluding")], .never)
    add(
      [("u.s", "U S"), ("u.k", "U K"), ("u.n", "U N"), ("e.u", "E U"), ("d.c", "D C"), ("u.s.a", "U S A")],
      .beforeStarter)
    for needless in ["etc", "jr", "blvd", "dept", "approx", "ltd", "govt", "hwy"] {
      let entry = table[needless]!
      table[needless] = Entry(words: entry.words, stop: entry.stop, needsStop: false)
    }
    return table
  }()

  /// Words that begin sentences more often than they continue a name.
  static let starters: Set<String> = [
    "the", "he", "she", "it", "we", "they", "i", "you", "this", "that", "these", "those", "there", "then", "but", "and",
    "so", "in", "on", "at", "after", "before", "when", "while", "if", "as", "for", "from", "now", "here", "what", "who",
    "why", "how", "where", "his", "her", "its", "our", "their", "my", "your", "a", "an", "no", "yes", "not", "some",
    "many", "most", "all", "both", "each", "one", "two", "however", "although", "because", "since", "is", "are", "was",
    "were", "do", "does", "did", "can", "will", "would", "nobody", "everyone", "please", "call", "turn", "later",
  ]

  static let months: [String: (name: String, number: Int)] = {
    let names = [
      "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
      "december",
    ]
    var table: [String: (name: String, number: Int)] = [:]
    for (index, name) in names.enumerated() {
      table[name] = (name, index + 1)
      table[String(name.prefix(3))] = (name, index + 1)
    }
    table["sept"] = (names[8], 9)
    return table
  }()

  static let weekdays: [String: String] = [
    "mon": "monday", "tue": "tuesday", "tues": "tuesday", "wed": "wednesday", "thu": "thursday", "thur": "thursday",
    "thurs": "thursday", "fri": "friday", "sat": "saturday", "sun": "sunday",
  ]
}
