/// The states of the United States as they are abbreviated with a full stop: "Springfield, Ill.", "Calif."
enum StateAbbreviations {
  /// The state that a capitalised word before a full stop stands for; words such as "Ill" need a comma before them.
  static func name(_ tokens: TokenSequence, at index: Int) -> String? {
    guard let token = tokens[index], token.isCapitalized, !token.isAllCapitals else { return nil }
    if let name = names[token.lower] { return name }
    return tokens.isSymbol(index - 1, ",") ? alsoWords[token.lower] : nil
  }

  private static let names = [
    "ariz": "arizona", "calif": "california", "colo": "colorado", "conn": "connecticut", "fla": "florida",
    "mich": "michigan", "minn": "minnesota", "mont": "montana", "nebr": "nebraska", "okla": "oklahoma",
    "penn": "pennsylvania", "tenn": "tennessee", "tex": "texas", "wis": "wisconsin", "wyo": "wyoming",
  ]

  private static let alsoWords = [
    "ala": "alabama", "ark": "arkansas", "del": "delaware", "ga": "georgia", "ill": "illinois", "ind": "indiana",
    "kan": "kansas", "kans": "kansas", "ky": "kentucky", "la": "louisiana", "mass": "massachusetts", "md": "maryland",
    "miss": "mississippi", "mo": "missouri", "neb": "nebraska", "nev": "nevada", "ore": "oregon",
    "pa": "pennsylvania", "va": "virginia", "vt": "vermont", "wash": "washington",
  ]
}
