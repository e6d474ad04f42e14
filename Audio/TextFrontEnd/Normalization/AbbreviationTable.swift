/// An abbreviation that is written with a full stop.
struct Abbreviation: Hashable, Sendable {
  /// When its full stop can end a sentence.
  enum Kind: Hashable, Sendable {
    /// Stands before a name: never.
    case title
    /// Stands before a number: never then; without a number it is an ordinary word.
    case numbered
    /// Goes on with what it introduces: never.
    case introducing
    /// A month or weekday: not before a number.
    case calendar
    /// When the next word begins with a capital.
    case ordinary
    /// An ordinary word unless the text goes on in small letters: "in.", "sun.".
    case word
  }

  var spoken: String
  var kind: Kind
  /// Whether it is read out without its full stop too: "Mr Smith".
  var withoutStop = false

  init(_ spoken: String, _ kind: Kind, withoutStop: Bool = false) {
    self.spoken = spoken
    self.kind = kind
    self.withoutStop = withoutStop
  }
}

/// The abbreviations that are written as one word and a full stop.
enum AbbreviationTable {
  static func find(_ word: String) -> Abbreviation? { table[word] }

  /// Places that are not abbreviated when a name comes before: "Elm Dr.", "Main St.".
  static let streets = ["dr": "drive", "st": "street"]

  private static let table: [String: Abbreviation] = [
    "dr": .init("doctor", .title, withoutStop: true), "mr": .init("mister", .title, withoutStop: true),
    "mrs": .init("missus", .title, withoutStop: true), "ms": .init("miz", .title, withoutStop: true),
    "messrs": .init("messieurs", .title, withoutStop: true),
    "prof": .init("professor", .title), "gen": .init("general", .title), "col": .init("colonel", .title),
    "capt": .init("captain", .title, withoutStop: true), "cpt": .init("captain", .title),
    "cmdr": .init("commander", .title), "lt": .init("lieutenant", .title),
    "sgt": .init("sergeant", .title, withoutStop: true),
    "cpl": .init("corporal", .title), "pvt": .init("private", .title), "maj": .init("major", .title),
    "adm": .init("admiral", .title), "rev": .init("reverend", .title), "hon": .init("honorable", .title),
    "asst": .init("assistant", .title), "assoc": .init("associate", .title), "mme": .init("madame", .title),
    "mlle": .init("mademoiselle", .title), "supt": .init("superintendent", .title), "amb": .init("ambassador", .title),
    "brig": .init("brigadier", .title), "mk": .init("mark", .numbered),
    "gov": .init("governor", .title), "sen": .init("senator", .title), "rep": .init("representative", .title),
    "pres": .init("president", .title), "fr": .init("father", .title), "st": .init("saint", .title, withoutStop: true),
    "ste": .init("sainte", .title), "mt": .init("mount", .title, withoutStop: true), "ft": .init("fort", .title),
    "no": .init("number", .numbered), "nos": .init("numbers", .numbered), "p": .init("page", .numbered),
    "pp": .init("pages", .numbered), "fig": .init("figure", .numbered), "figs": .init("figures", .numbered),
    "vol": .init("volume", .numbered), "vols": .init("volumes", .numbered), "ch": .init("chapter", .numbered),
    "chap": .init("chapter", .numbered), "sec": .init("section", .numbered), "art": .init("article", .numbered),
    "eq": .init("equation", .numbered), "eqs": .init("equations", .numbered), "ed": .init("edition", .word),
    "pt": .init("part", .numbered), "ref": .init("reference", .numbered), "tel": .init("telephone", .introducing),
    "ext": .init("extension", .introducing), "apt": .init("apartment", .introducing), "rm": .init("room", .introducing),
    "ca": .init("circa", .introducing), "c": .init("circa", .numbered), "cf": .init("compare", .introducing),
    "viz": .init("namely", .introducing), "vs": .init("versus", .introducing, withoutStop: true),
    "v": .init("versus", .introducing), "approx": .init("approximately", .introducing),
    "incl": .init("including", .introducing),
    "esp": .init("especially", .introducing), "nr": .init("number", .numbered), "rs": .init("rupees", .numbered),
    "attn": .init("attention", .introducing, withoutStop: true),
    "acct": .init("account", .ordinary), "div": .init("division", .ordinary), "op": .init("op", .word),
    "cit": .init("cit", .introducing), "cu": .init("cubic", .introducing), "ff": .init("and following", .ordinary),
    "fl": .init("floor", .numbered),
    "bldg": .init("building", .introducing), "cor": .init("corinthians", .numbered),
    "resp": .init("respectively", .ordinary), "etc": .init("et cetera", .ordinary, withoutStop: true),
    "al": .init("al", .introducing), "inc": .init("incorporated", .ordinary),
    "ltd": .init("limited", .ordinary, withoutStop: true),
    "co": .init("company", .ordinary), "corp": .init("corporation", .ordinary), "bros": .init("brothers", .ordinary),
    "jr": .init("junior", .ordinary, withoutStop: true), "sr": .init("senior", .ordinary, withoutStop: true),
    "esq": .init("esquire", .ordinary), "dept": .init("department", .ordinary),
    "univ": .init("university", .introducing),
    "govt": .init("government", .ordinary, withoutStop: true), "assn": .init("association", .ordinary),
    "est": .init("established", .numbered),
    "ave": .init("avenue", .ordinary), "blvd": .init("boulevard", .ordinary, withoutStop: true),
    "rd": .init("road", .ordinary),
    "ln": .init("lane", .ordinary), "hwy": .init("highway", .ordinary, withoutStop: true),
    "pkwy": .init("parkway", .ordinary),
    "sq": .init("square", .ordinary), "ct": .init("court", .ordinary), "pl": .init("place", .ordinary),
    "min": .init("minutes", .ordinary), "max": .init("maximum", .word),
    "avg": .init("average", .ordinary, withoutStop: true),
    "temp": .init("temperature", .word), "misc": .init("miscellaneous", .ordinary, withoutStop: true),
    "tsp": .init("teaspoon", .ordinary), "tbsp": .init("tablespoon", .ordinary), "oz": .init("ounces", .ordinary),
    "lb": .init("pound", .ordinary), "lbs": .init("pounds", .ordinary), "hr": .init("hour", .ordinary),
    "hrs": .init("hours", .ordinary), "yr": .init("year", .ordinary), "yrs": .init("years", .ordinary),
    "mi": .init("miles", .ordinary), "gal": .init("gallon", .word), "qt": .init("quart", .ordinary),
    "in": .init("in", .word),
    "jan": .init("january", .calendar, withoutStop: true), "feb": .init("february", .calendar, withoutStop: true),
    "mar": .init("march", .calendar), "apr": .init("april", .calendar, withoutStop: true),
    "jun": .init("june", .calendar),
    "jul": .init("july", .calendar), "aug": .init("august", .calendar, withoutStop: true),
    "sep": .init("september", .calendar),
    "sept": .init("september", .calendar, withoutStop: true), "oct": .init("october", .calendar, withoutStop: true),
    "nov": .init("november", .calendar, withoutStop: true), "dec": .init("december", .calendar),
    "mon": .init("monday", .calendar), "tue": .init("tuesday", .calendar, withoutStop: true),
    "tues": .init("tuesday", .calendar, withoutStop: true), "wed": .init("wednesday", .calendar),
    "thu": .init("thursday", .calendar, withoutStop: true),
    "thur": .init("thursday", .calendar), "thurs": .init("thursday", .calendar, withoutStop: true),
    "fri": .init("friday", .calendar, withoutStop: true), "sat": .init("saturday", .calendar),
    "sun": .init("sunday", .calendar),
  ]

  /// Abbreviations with inner full stops that stand for words, by their letters.
  static let dotted = [
    "eg": "for example", "ie": "that is", "am": "A M", "pm": "P M", "phd": "P H D", "ps": "P S", "cf": "compare",
    "qv": "which see", "nb": "note well", "wrt": "with respect to", "mph": "miles per hour",
    "kph": "kilometers per hour",
  ]

  /// Dotted abbreviations that never end a sentence.
  static let dottedIntroducing: Set<String> = ["eg", "ie", "ps", "cf", "nb"]

  /// Dotted abbreviations that are no initials: their last full stop ends a sentence before a capital.
  static let dottedNouns: Set<String> = [
    "us", "uk", "usa", "un", "eu", "dc", "la", "ny", "nyc", "nj", "phd", "ba", "ma", "md", "bs", "ms", "mba", "bc",
    "ad",
    "am", "pm", "ussr", "uae", "bce", "ce", "rip", "aka", "diy", "vip", "ceo", "id", "tv",
  ]

  /// What follows "U.S." within a name.
  static let afterCountry: Set<String> = [
    "army", "navy", "air", "marine", "marines", "coast", "senate", "senator", "congress", "congressman", "house",
    "president", "government", "supreme", "department", "treasury", "secretary", "constitution", "open", "dollar",
    "dollars", "state", "attorney", "district", "court", "federal", "capitol", "embassy", "ambassador", "census",
    "economy", "route", "highway", "forces", "military", "steel", "postal", "representative", "virgin", "security",
  ]

  /// Words that begin sentences and never names.
  static let pronouns: Set<String> = [
    "he", "she", "it", "they", "we", "the", "this", "that", "these", "those", "there", "then", "but", "his", "her",
    "their",
    "our", "however", "when", "what", "where", "who", "why", "how",
  ]

  /// Words that begin sentences and hardly ever names.
  static let sentenceStarters: Set<String> = [
    "he", "she", "it", "they", "we", "i", "you", "the", "a", "an", "this", "that", "these", "those", "there", "then",
    "but", "and", "or", "so", "if", "when", "while", "where", "what", "who", "why", "how", "his", "her", "their", "our",
    "my", "your", "its", "in", "on", "at", "after", "before", "as", "for", "from", "no", "yes", "not", "now", "one",
    "all", "some", "many", "most", "each", "every", "however", "later", "please", "turn", "is", "are", "was", "do",
    "did", "does", "can", "could", "will", "would", "let", "here", "two", "nobody", "everyone", "by", "to", "with",
  ]
}
